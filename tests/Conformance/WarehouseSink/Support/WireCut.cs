namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>How far a message gets whose sender dies.</summary>
internal enum WireCut
{
    /// <summary>It passes, and nobody dies.</summary>
    None,

    /// <summary>It never arrives.</summary>
    Never,

    /// <summary>Its first half arrives.</summary>
    Half,

    /// <summary>It arrives and is answered; the sender is dead by then.</summary>
    Answer,
}
