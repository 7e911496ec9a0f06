using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Transactions;

/// <summary>A transaction that current has, or that was given up: records of it that come again need not wait.</summary>
/// <param name="Id">Transaction id.</param>
/// <param name="At">Where its commit ends; records of it are before that. The highest value where END never came.</param>
/// <param name="SourceEpoch">Source epoch of its records.</param>
public readonly record struct EndedTransaction(uint Id, Lsn At, int SourceEpoch);
