namespace HospitalStreaming.Tests.Support.Faults;

/// <summary>
/// The kinds of seeded fault runs, and how many seeds each has: in CI, and in a soak. A soak's are chosen by what a run costs: it is to explore many
/// seeds on two cores within 25 minutes.
/// </summary>
internal static class FaultKinds
{
    /// <summary>Two writers and a compactor on a bucket, a fifth of all requests goes wrong.</summary>
    public const string LakeBucket = "lake-bucket";

    /// <summary>A sink whose lake fails it before or after a creation.</summary>
    public const string SinkCrash = "sink-crash";

    /// <summary>Members of the sink's group come and go.</summary>
    public const string SinkRebalance = "sink-rebalance";

    /// <summary>The coordinator of the sink's group cannot be reached for a while (fault 21).</summary>
    public const string SinkCoordinator = "sink-coordinator";

    /// <summary>A sink that is asked to stop, twice (fault 56).</summary>
    public const string SinkAskedTwice = "sink-asked-twice";

    /// <summary>Requests of a bucket that stall for longer than their limit, and are carried out then (fault 30).</summary>
    public const string LakeStall = "lake-stall";

    /// <summary>Loads into PostgreSQL, cut off at any request.</summary>
    public const string LoaderPostgresCut = "loader-postgres-cut";

    /// <summary>Loads into BigQuery, cut off at any change.</summary>
    public const string LoaderBigQueryCut = "loader-bigquery-cut";

    /// <summary>Loads into BigQuery, requests refused or their answers lost.</summary>
    public const string LoaderBigQueryFault = "loader-bigquery-fault";

    /// <summary>The chain's rules, in memory.</summary>
    public const string ModelChain = "model-chain";

    /// <summary>Compactors, writers and readers, in memory.</summary>
    public const string ModelCompaction = "model-compaction";

    /// <summary>All, with seeds in CI and in a soak.</summary>
    public static IReadOnlyDictionary<string, (int Ci, int Soak)> All { get; } = new Dictionary<string, (int Ci, int Soak)>(StringComparer.Ordinal)
    {
        [Kill(7, "bucket")] = (1, 20),
        [Kill(7, "folder")] = (1, 20),
        [Kill(8, "bucket")] = (1, 20),
        [Kill(8, "folder")] = (1, 20),
        [Kill(9, "bucket")] = (1, 20),
        [Kill(9, "folder")] = (1, 20),
        [Kill(10, "bucket")] = (1, 20),
        [Kill(10, "folder")] = (1, 20),
        [Kill(11, "postgres")] = (1, 20),
        [Kill(11, "bigquery")] = (1, 20),
        [Kill(12, "postgres")] = (1, 20),
        [Kill(12, "bigquery")] = (1, 20),
        [Kill(13, "postgres")] = (1, 20),
        [Kill(13, "bigquery")] = (1, 20),
        [Kill(14, "postgres")] = (1, 20),
        [Kill(14, "bigquery")] = (1, 20),
        [LakeBucket] = (20, 300),
        [SinkCrash] = (4, 80),
        [SinkRebalance] = (1, 20),
        [SinkCoordinator] = (1, 20),
        [SinkAskedTwice] = (1, 20),
        [LakeStall] = (2, 40),
        [LoaderPostgresCut] = (10, 250),
        [LoaderBigQueryCut] = (1, 20),
        [LoaderBigQueryFault] = (1, 20),
        [ModelChain] = (30_000, 300_000),
        [ModelCompaction] = (300, 1_500),
    };

    /// <summary>kill -9 of a process at a crash point of the protocol.</summary>
    /// <param name="point">7 for K7.</param>
    /// <param name="place">What it was writing to.</param>
    public static string Kill(int point, string place) => $"K{point}-{place}";
}
