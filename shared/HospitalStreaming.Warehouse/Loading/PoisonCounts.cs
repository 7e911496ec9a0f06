namespace HospitalStreaming.Warehouse.Loading;

/// <summary>Counts of poison by table.</summary>
internal sealed class PoisonCounts
{
    /// <summary>Keys held back.</summary>
    internal Dictionary<string, long> Held { get; } = new(StringComparer.Ordinal);

    /// <summary>Poison records, decided ones among them.</summary>
    internal Dictionary<string, long> Records { get; } = new(StringComparer.Ordinal);

    /// <summary>Those nobody has decided about.</summary>
    internal Dictionary<string, long> Open { get; } = new(StringComparer.Ordinal);
}
