namespace HospitalStreaming.Core.Simulation;

/// <summary>What happens at one step of a visit's life.</summary>
internal enum StepKind
{
    /// <summary>A new patient registers before the first visit.</summary>
    Register,

    /// <summary>A patient seen before has another address or insurance.</summary>
    ChangePatient,

    /// <summary>A medicine's price changes.</summary>
    ChangePrice,

    /// <summary>The visit is recorded, or recorded again with another cost or diagnosis.</summary>
    Visit,

    /// <summary>The bill is written, or written again with another status or amount.</summary>
    Bill,

    /// <summary>A medicine is prescribed.</summary>
    Prescribe,

    /// <summary>A prescription is stopped early.</summary>
    Stop,

    /// <summary>A prescription entered in error is deleted.</summary>
    Delete,
}
