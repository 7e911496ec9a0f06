using HospitalStreaming.Core.Batching;
using HospitalStreaming.Lake;
using HospitalStreaming.LakeSink.Status;

namespace HospitalStreaming.LakeSink;

/// <summary>What the role has done in this process; for status and the dashboard.</summary>
public sealed class LakeSinkStatus
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Totals> _topics = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _stopped = new(StringComparer.Ordinal);

    /// <summary>Every topic held since the process started.</summary>
    public IReadOnlyList<TopicLakeStatus> Topics
    {
        get
        {
            lock (_lock)
            {
                return [.. _topics.Select(topic => new TopicLakeStatus(
                    topic.Key, new Dictionary<int, long>(topic.Value.Heads), topic.Value.Objects, topic.Value.Rows, topic.Value.StoredBytes))];
            }
        }
    }

    /// <summary>Partitions that stopped, each with what is wrong and what to do. The others go on.</summary>
    public IReadOnlyDictionary<string, string> Stopped
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, string>(_stopped, StringComparer.Ordinal);
            }
        }
    }

    internal void Durable(LogPosition next)
    {
        lock (_lock)
        {
            Of(next.Topic).Heads[next.Partition] = next.Offset;
        }
    }

    internal void Wrote(string topic, LakeManifest manifest)
    {
        lock (_lock)
        {
            var totals = Of(topic);
            totals.Objects++;
            totals.Rows += manifest.Rows;
            totals.StoredBytes += manifest.StoredBytes;
        }
    }

    internal void Stop(string topic, int partition, string reason)
    {
        lock (_lock)
        {
            _stopped[Name(topic, partition)] = reason;
        }
    }

    internal void Start(string topic, int partition)
    {
        lock (_lock)
        {
            _stopped.Remove(Name(topic, partition));
        }
    }

    private static string Name(string topic, int partition) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{topic}[{partition}]");

    private Totals Of(string topic) => _topics.TryGetValue(topic, out var totals) ? totals : _topics[topic] = new Totals();

    private sealed class Totals
    {
        internal Dictionary<int, long> Heads { get; } = [];

        internal long Objects { get; set; }

        internal long Rows { get; set; }

        internal long StoredBytes { get; set; }
    }
}
