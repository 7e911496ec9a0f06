using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Transactions;

/// <summary>What a load adds to current of one partition.</summary>
/// <param name="Stream">The partition.</param>
/// <param name="From">First offset that current did not have.</param>
/// <param name="Next">First offset that it does not have yet.</param>
/// <param name="ReadFrom">First offset that this load has read itself; what is before it waited in raw.</param>
internal readonly record struct AppliedRange(LakeStream Stream, long From, long Next, long ReadFrom)
{
    /// <summary>End of what waited in raw and need not any more.</summary>
    internal long WaitedUntil => Math.Min(Next, ReadFrom);
}
