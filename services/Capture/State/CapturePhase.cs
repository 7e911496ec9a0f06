namespace HospitalStreaming.Capture.State;

/// <summary>How far a capture is.</summary>
internal enum CapturePhase
{
    /// <summary>The slot is about to be created.</summary>
    Creating,

    /// <summary>The slot stands; its snapshot is not complete.</summary>
    Snapshotting,

    /// <summary>The snapshot is complete; the stream runs from the position on.</summary>
    Streaming,
}
