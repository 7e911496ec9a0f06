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

    internal long Rows => Objects.Sum(item => (long)item.Manifest!.Rows);

    /// <summary>The job's id: a function of what it loads, so that nobody can send it twice.</summary>
    internal string JobId(int attempt) => string.Create(
        CultureInfo.InvariantCulture, $"hs_{Claim.Life}_{Claim.Table}_{Claim.Sequence}_{StreamEpoch}_{attempt}");
}
