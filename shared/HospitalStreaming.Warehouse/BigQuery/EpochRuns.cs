namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Which source epoch each stretch of a claim's records belongs to, noted while they are read.</summary>
internal sealed class EpochRuns
{
    private readonly List<Run> _runs = [];

    internal void Note(string streamEpoch, int partition, long offset, int sourceEpoch)
    {
        if (_runs.Count > 0 && _runs[^1] is var last && (last.StreamEpoch, last.Partition, last.SourceEpoch) == (streamEpoch, partition, sourceEpoch) && offset > last.Last)
        {
            _runs[^1] = last with { Last = offset };
        }
        else
        {
            _runs.Add(new Run(streamEpoch, partition, offset, offset, sourceEpoch));
        }
    }

    internal IEnumerable<Run> RunsOf(string streamEpoch) => _runs.Where(run => run.StreamEpoch == streamEpoch);

    /// <param name="StreamEpoch">Life of the topic.</param>
    /// <param name="Partition">Partition.</param>
    /// <param name="First">First offset.</param>
    /// <param name="Last">Last offset.</param>
    /// <param name="SourceEpoch">Their source epoch.</param>
    internal sealed record Run(string StreamEpoch, int Partition, long First, long Last, int SourceEpoch);
}
