namespace HospitalStreaming.Lake.Compacting;

/// <summary>What is compacted.</summary>
/// <param name="Until">Last day (UTC) whose objects are touched.</param>
/// <param name="TargetBytes">Longest larger object, bytes; it is made in memory.</param>
/// <param name="Topic">Only this topic; null for all.</param>
public sealed record CompactionOptions(DateOnly Until, long TargetBytes = CompactionOptions.DefaultTargetBytes, string? Topic = null)
{
    /// <summary>32 MiB: a day of a busy table is then a few objects.</summary>
    public const long DefaultTargetBytes = 32L * 1024 * 1024;

    /// <summary>Shortest target.</summary>
    public const long LeastTargetBytes = 1024;

    /// <summary>Longest target: it is held in memory twice, once to make it and once to prove it.</summary>
    public const long MostTargetBytes = 128L * 1024 * 1024;
}
