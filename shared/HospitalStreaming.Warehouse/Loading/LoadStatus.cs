namespace HospitalStreaming.Warehouse.Loading;

/// <summary>Where the warehouse stands.</summary>
/// <param name="Positions">Every partition loaded so far.</param>
/// <param name="HeldKeys">Keys held back by a poison record, counted by table; tables without are absent.</param>
/// <param name="PoisonRecords">Poison records in raw, counted by table, those without a readable key among them; tables without are absent.</param>
/// <param name="OpenLetters">Those of them that nobody has decided about, counted by table.</param>
public sealed record LoadStatus(
    IReadOnlyList<LoadPosition> Positions,
    IReadOnlyDictionary<string, long> HeldKeys,
    IReadOnlyDictionary<string, long> PoisonRecords,
    IReadOnlyDictionary<string, long> OpenLetters)
{
    /// <summary>How readers of current see transactions.</summary>
    public TransactionReads Transactions { get; init; } = TransactionReads.PerTable;

    /// <summary>Load jobs of the last 24 hours by table, failed ones among them, of at most <see cref="LoadMeter.MostADay"/>; empty where none are counted.</summary>
    public IReadOnlyDictionary<string, long> LoadJobs { get; init; } = new Dictionary<string, long>();
}
