namespace HospitalStreaming.Warehouse.Letters;

/// <summary>What was decided about a record that could not be applied.</summary>
public enum LetterAction
{
    /// <summary>Go on without it.</summary>
    Skip,

    /// <summary>Another record stands in its place.</summary>
    Redrive,
}
