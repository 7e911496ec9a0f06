using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Transactions;

/// <summary>END of a source transaction: what it consists of.</summary>
/// <param name="Id">Top-level transaction id.</param>
/// <param name="At">Where its commit ends in the log; transactions are in the order of it.</param>
/// <param name="Counts">Records it has, by table as the source names it (schema.table).</param>
public sealed record TransactionEnd(uint Id, Lsn At, IReadOnlyDictionary<string, long> Counts);
