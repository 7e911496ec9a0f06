using System.Globalization;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>What one load job of a claim takes in: its objects of one stream epoch.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="StreamEpoch">Stream epoch.</param>
/// <param name="Objects">Objects.</param>
internal sealed record ClaimPart(ClaimDocument Claim, string StreamEpoch, IReadOnlyList<LakeObject> Objects)
{
    /// <summary>The table its lines are loaded into, before they become rows of raw.</summary>
    internal string Stage { get; } = string.Create(CultureInfo.InvariantCulture, $"claim_{Claim.Table}_{Claim.Sequence}_{StreamEpoch}");

    /// <summary>Which lines of the stage are claimed: all, unless it was filled from larger objects, which may hold others' too.</summary>
    internal string Only { get; } = Objects.All(item => item.Part is null) ? string.Empty : $"WHERE {string.Join(" OR ", Objects.GroupBy(item => item.Name.Stream.Partition).Select(Claimed))}";

    internal long Rows => Objects.Sum(item => (long)item.Manifest!.Rows);

    /// <summary>The job's id: a function of what it loads, so that nobody can send it twice.</summary>
    internal string JobId(int attempt) => string.Create(
        CultureInfo.InvariantCulture, $"hs_{Claim.Life}_{Claim.Table}_{Claim.Sequence}_{StreamEpoch}_{attempt}");

    /// <summary>Where the lines lie: in each object, or where compaction has put its bytes.</summary>
    internal IEnumerable<string> Sources(ILake lake) =>
        Objects.Select(item => item.Part is { } part ? $"{lake.Location}/{part.Path}" : lake.AddressOf(item.Name)).Distinct(StringComparer.Ordinal);

    /// <summary>A claim has no gaps.</summary>
    private static string Claimed(IGrouping<int, LakeObject> partition) => string.Create(
        CultureInfo.InvariantCulture, $"(`partition` = {partition.Key} AND `offset` BETWEEN {partition.Min(item => item.Name.StartOffset)} AND {partition.Max(item => item.Manifest!.Next) - 1})");
}
