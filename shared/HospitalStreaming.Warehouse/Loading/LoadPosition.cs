using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>How far the warehouse has loaded one chain of lake objects.</summary>
/// <param name="Stream">Change topic, stream epoch, partition.</param>
/// <param name="Next">The next object starts here: the last one's next.</param>
/// <param name="Rows">Records loaded so far.</param>
/// <param name="LastDay">Day under which the last object is filed; the next one is rarely far from it.</param>
public sealed record LoadPosition(LakeStream Stream, long Next, long Rows, DateOnly LastDay)
{
    /// <summary>Up to here its records are in current too; what lies between waits in raw until its transactions are whole.</summary>
    public long Applied { get; init; } = Next;
}
