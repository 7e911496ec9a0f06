namespace HospitalStreaming.Lake.Auditing;

/// <summary>What can be wrong with a lake.</summary>
public enum LakeFindingKind
{
    /// <summary>Offsets between two objects are in none.</summary>
    Missing,

    /// <summary>Two objects hold the same offsets.</summary>
    Overlapping,

    /// <summary>An object is shorter or longer than its manifest says.</summary>
    Truncated,

    /// <summary>An object's bytes or lines are not what its manifest says.</summary>
    Altered,

    /// <summary>An object carries no manifest and none can be made from it, or it is unreadable.</summary>
    Damaged,
}
