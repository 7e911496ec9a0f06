using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Transactions;

/// <summary>What the books say of how readers see transactions, and what they ought to say: they are written where that changes.</summary>
internal sealed class KnownReads
{
    private TransactionReads _written = TransactionReads.PerTable;
    private long _givenUpBefore;

    /// <summary>Transactions shown without being whole, as last written.</summary>
    internal long GivenUp => _written.GivenUp;

    /// <summary>The books were read, for a gate that begins anew; null where they say nothing.</summary>
    internal void Read(TransactionReads? booked)
    {
        _written = (booked ?? TransactionReads.PerTable) with { Since = null };
        _givenUpBefore = _written.GivenUp;
    }

    /// <summary>What is to be written; null where it is there.</summary>
    /// <param name="marked">Whether the streamed changes read name their transactions; null where none were read.</param>
    /// <param name="gate">The gate.</param>
    internal TransactionReads? Next(bool? marked, TransactionGate gate)
    {
        var next = new TransactionReads(marked ?? _written.Whole, gate.Blocker(), null, _givenUpBefore + gate.GivenUp);
        return next == _written ? null : next;
    }

    /// <summary>It was written.</summary>
    internal void Written(TransactionReads next) => _written = next;
}
