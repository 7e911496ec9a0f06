namespace HospitalStreaming.Modelling.Project;

/// <summary>How a model exists in the warehouse.</summary>
public enum Materialization
{
    /// <summary>A view: nothing is stored.</summary>
    View,

    /// <summary>A table, rebuilt in full.</summary>
    Table,

    /// <summary>Nothing in the warehouse: its SQL goes into the models that refer to it.</summary>
    Ephemeral,
}
