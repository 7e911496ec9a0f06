namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What a record did to its row.</summary>
public enum RowVersionKind
{
    /// <summary>It made the row what it is after it.</summary>
    Applied,

    /// <summary>It had come before.</summary>
    Redelivered,

    /// <summary>It cannot be applied, and holds back what comes after it.</summary>
    SetAside,

    /// <summary>It waits for a record that was set aside.</summary>
    Waits,

    /// <summary>It was decided to go on without it.</summary>
    Skipped,
}
