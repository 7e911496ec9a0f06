namespace HospitalStreaming.Capture.State;

/// <summary>How capture begins.</summary>
internal enum StartPlan
{
    /// <summary>Nothing is there: create the slot, take the snapshot, stream.</summary>
    CreateSlot,

    /// <summary>The slot stands but its snapshot is not complete: take a new one, then stream from the slot's own start.</summary>
    SnapshotAgain,

    /// <summary>Go on from the recorded position.</summary>
    Stream,
}
