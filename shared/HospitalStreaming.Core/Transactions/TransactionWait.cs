namespace HospitalStreaming.Core.Transactions;

/// <summary>The transaction that others wait behind, and what it lacks.</summary>
/// <param name="Id">Transaction id.</param>
/// <param name="Topic">Change topic that lacks records of it; null where END has not come.</param>
/// <param name="Present">Its records that are there.</param>
/// <param name="Expected">How many END says there are.</param>
/// <param name="Load">Number of the load since which it waits: the first that brought anything which waits for it.</param>
public sealed record TransactionWait(uint Id, string? Topic, long Present, long Expected, long Load);
