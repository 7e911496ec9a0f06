using System.Globalization;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>The version of its table that each line of a claim was written by, as its object says: a fingerprint of the columns.</summary>
internal static class SchemaVersions
{
    /// <summary>An expression over the lines of a part's stage. Neighbours of one version are one case of it.</summary>
    internal static string Of(ClaimPart part)
    {
        var runs = new List<(int Partition, long First, long Last, string Version)>();
        foreach (var item in part.Objects.OrderBy(item => item.Name.Stream.Partition).ThenBy(item => item.Name.StartOffset))
        {
            var (partition, last, version) = (item.Name.Stream.Partition, item.Manifest!.Next - 1, item.Manifest.SchemaFingerprint);
            if (runs.Count > 0 && runs[^1] is var before && (before.Partition, before.Version) == (partition, version))
            {
                runs[^1] = before with { Last = last };
            }
            else
            {
                runs.Add((partition, item.Name.StartOffset, last, version));
            }
        }

        var versions = runs.Select(run => run.Version).Distinct(StringComparer.Ordinal).ToList();
        return versions.Count == 1
            ? Literal(versions[0])
            : $"CASE {string.Join(' ', runs.Select(run => string.Create(
                CultureInfo.InvariantCulture, $"WHEN `partition` = {run.Partition} AND `offset` BETWEEN {run.First} AND {run.Last} THEN {Literal(run.Version)}")))} END";
    }

    private static string Literal(string version) => version.Length == 0 ? "CAST(NULL AS STRING)" : SqlText.Name(version);
}
