using System.Globalization;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Producer.Continuing;

/// <summary>
/// Reads where the topics end: the last record of a simulation in each partition. Others may write to the topics too (Synthea's people do), so it
/// looks further and further back until it finds one or has read all there is.
/// </summary>
internal sealed class TopicEndReader(KafkaClients clients)
{
    private const int FirstLook = 1;
    private const int LookFactor = 32;
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(30);

    /// <summary>The six event topics' ends.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached or a topic is missing.</exception>
    public IReadOnlyList<TopicEnd> ReadEvents(CancellationToken cancellation) => Read(TopicNames.Events, cancellation);

    /// <summary>The last point the producer noted for itself, which outlives the event topics' retention; null where there is none.</summary>
    public StreamPoint? ReadState(CancellationToken cancellation) => Read([TopicNames.ProducerState], cancellation).Single().Last;

    private List<TopicEnd> Read(IEnumerable<string> topics, CancellationToken cancellation)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(
                new ConsumerConfig(clients.ConsumerConfig("producer", "hospital-producer-ends")) { EnablePartitionEof = true })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        var ends = new List<TopicEnd>();
        foreach (var topic in topics)
        {
            var partitions = CountPartitions(topic);
            for (var partition = 0; partition < partitions; partition++)
            {
                var range = consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), BrokerTimeout);
                ends.Add(new(topic, partition, partitions, range.Low.Value, range.High.Value, null));
            }
        }

        try
        {
            return FindLast(consumer, ends, cancellation);
        }
        finally
        {
            consumer.Unassign();
            consumer.Close();
        }
    }

    private static List<TopicEnd> FindLast(IConsumer<byte[]?, byte[]?> consumer, List<TopicEnd> ends, CancellationToken cancellation)
    {
        var found = new Dictionary<TopicPartition, StreamPoint>();
        var open = ends.Where(end => end.High > end.Low).ToDictionary(end => new TopicPartition(end.Topic, end.Partition), end => (end.Low, Until: end.High));
        for (long look = FirstLook; open.Count > 0; look *= LookFactor)
        {
            var reads = open.ToDictionary(entry => entry.Key, entry => (From: Math.Max(entry.Value.Low, entry.Value.Until - look), entry.Value.Until));
            Scan(consumer, reads, found, cancellation);
            open = open.Where(entry => !found.ContainsKey(entry.Key) && reads[entry.Key].From > entry.Value.Low)
                .ToDictionary(entry => entry.Key, entry => (entry.Value.Low, Until: reads[entry.Key].From));
        }

        return [.. ends.Select(end => end with { Last = found.GetValueOrDefault(new TopicPartition(end.Topic, end.Partition)) })];
    }

    private static void Scan(
        IConsumer<byte[]?, byte[]?> consumer,
        Dictionary<TopicPartition, (long From, long Until)> reads,
        Dictionary<TopicPartition, StreamPoint> found,
        CancellationToken cancellation)
    {
        var pending = reads.Keys.ToHashSet();
        consumer.Assign(reads.Select(read => new TopicPartitionOffset(read.Key, read.Value.From)));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadPatience);
        while (pending.Count > 0)
        {
            var result = Next(consumer, patience.Token, cancellation);
            if (!reads.TryGetValue(result.TopicPartition, out var read))
            {
                continue;
            }

            patience.CancelAfter(ReadPatience);
            if (!result.IsPartitionEOF && result.Offset < read.Until && PointOf(result.Message) is { } point)
            {
                found[result.TopicPartition] = point;
            }

            // What follows has been looked at before, or is newer than this look: it is passed over, a part of what was just read at most.
            if (result.IsPartitionEOF || result.Offset >= read.Until - 1)
            {
                pending.Remove(result.TopicPartition);
            }
        }
    }

    private static ConsumeResult<byte[]?, byte[]?> Next(IConsumer<byte[]?, byte[]?> consumer, CancellationToken patience, CancellationToken cancellation)
    {
        try
        {
            return consumer.Consume(patience);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new KafkaException(ErrorCode.Local_TimedOut);
        }
    }

    private static StreamPoint? PointOf(Message<byte[]?, byte[]?> message)
    {
        if (message.Headers is null
            || !message.Headers.TryGetLastBytes(SimulationMark.HeaderName, out var mark) || mark is null
            || !message.Headers.TryGetLastBytes("event_id", out var id) || id is null
            || SimulationMark.Parse(Encoding.UTF8.GetString(mark)) is not { } parsed)
        {
            return null;
        }

        var prefix = parsed.Settings.HospitalId + "-";
        var text = Encoding.UTF8.GetString(id);
        return text.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
                ? new(sequence, parsed)
                : null;
    }

    private int CountPartitions(string topic)
    {
        using var admin = clients.Admin("producer");
        var found = admin.GetMetadata(topic, BrokerTimeout).Topics.Single(entry => entry.Topic == topic);
        return found.Error.IsError || found.Partitions.Count == 0
            ? throw new KafkaException(found.Error.IsError ? found.Error : new Error(ErrorCode.UnknownTopicOrPart))
            : found.Partitions.Count;
    }
}
