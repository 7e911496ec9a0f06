using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Consuming;

namespace HospitalStreaming.Landing.Consuming;

/// <summary>One partition's records on their way into batches: kept until they have landed, so that a batch cut short can take them again.</summary>
/// <param name="lane">The partition's lane.</param>
/// <param name="position">Partition and the offset reading began at.</param>
/// <param name="backlogEnd">Offset the partition's log ended at when reading began.</param>
internal sealed class LaneSource(Lane lane, LogPosition position, long backlogEnd)
{
    private readonly List<LogRecord> _records = [];
    private int _taken;
    private long _next = position.Offset;

    /// <summary>Partition.</summary>
    public (string Topic, int Partition) Place => (position.Topic, position.Partition);

    /// <summary>Whether records are known to be on their way and none is here.</summary>
    public bool IsAwaited => _next < backlogEnd && !TryPeek(out _);

    /// <summary>Whether its events must wait until there is room for events that wait for others.</summary>
    public bool Held { get; set; }

    /// <summary>The record a batch would take next.</summary>
    public bool TryPeek(out LogRecord record)
    {
        if (_taken == _records.Count && lane.TryRead(out record))
        {
            _records.Add(record);
            _next = record.Position.Offset + 1;
        }

        record = _taken < _records.Count ? _records[_taken] : null!;
        return _taken < _records.Count;
    }

    /// <summary>Takes the record just seen.</summary>
    public void Take() => _taken++;

    /// <summary>
    /// Tells the group how far this partition is. That is for people and tools only (lag in rpk); where reading starts is in the database. So nobody
    /// waits for it, and a failure costs nothing.
    /// </summary>
    public void Tell(long next) => _ = lane.CommitAsync([position with { Offset = next }]);

    /// <summary>The batch is over: what lies below the offset has landed, the rest is taken again.</summary>
    public void Landed(long next)
    {
        _records.RemoveAll(record => record.Position.Offset < next);
        _taken = 0;
    }
}
