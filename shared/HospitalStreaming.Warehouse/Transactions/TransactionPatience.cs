using HospitalStreaming.Core.Transactions;

namespace HospitalStreaming.Warehouse.Transactions;

/// <summary>How long current waits for a transaction that is not whole.</summary>
public static class TransactionPatience
{
    /// <summary>Unless it is told otherwise.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(10);

    // What is waited for is in memory by stretches of records; beyond that many, waiting ends early.
    private const int MaxWaiting = 1_000_000;

    /// <summary>Whether more waits than memory has room for.</summary>
    internal static bool IsExhausted(TransactionGate gate) => gate.Waiting > MaxWaiting;
}
