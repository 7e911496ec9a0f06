using System.Globalization;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Kafka.Clients;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;

namespace HospitalStreaming.Tests.Conformance.Producer;

/// <summary>What is in the event topics, held against the simulation itself.</summary>
internal sealed class ProducedStream(string bootstrapServers)
{
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(10);

    public KafkaClients Clients { get; } =
        new(Options.Create(new KafkaOptions { BootstrapServers = bootstrapServers }), NullLogger<KafkaClients>.Instance);

    /// <summary>Records in the event topics; 0 while they do not exist.</summary>
    public long Count()
    {
        using var reader = Clients.Reader("test");
        try
        {
            return Partitions(reader).Sum(partition => reader.QueryWatermarkOffsets(partition, BrokerTimeout).High.Value);
        }
        catch (KafkaException)
        {
            return 0;
        }
    }

    public async Task UntilAsync(Func<long, bool> count, TimeSpan limit, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        long last;
        while (!count(last = Count()))
        {
            patience.IsCancellationRequested.ShouldBeFalse($"the topics stay at {last} records");
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
        }
    }

    /// <summary>Reads everything and checks that it is the stream's beginning: each event once, each partition in order, byte for byte.</summary>
    public void ShouldBeTheStream(SimulationSettings settings, long? length = null)
    {
        var written = ReadAll().Where(record => HeaderOf(record, SimulationMark.HeaderName) is not null).ToList();
        var total = (int)(length ?? written.Count);
        var expected = new HospitalSimulation(settings).From(SimulationCheckpoint.Beginning).Take(total + HospitalSimulation.Window).ToList();
        using var encoder = new EventEncoder();
        foreach (var topic in TopicNames.Events)
        {
            var records = written.Where(record => record.Topic == topic).GroupBy(record => record.Partition.Value).ToDictionary(group => group.Key, group => group.ToList());
            foreach (var (partition, inPartition) in records)
            {
                var sequences = inPartition.Select(Sequence).ToList();
                for (var index = 1; index < sequences.Count; index++)
                {
                    sequences[index].ShouldBeGreaterThan(sequences[index - 1], $"{topic} {partition} at {index}");
                }
            }
        }

        var bySequence = written.ToDictionary(Sequence);
        bySequence.Count.ShouldBe(written.Count);
        for (var sequence = 0; sequence < total; sequence++)
        {
            if (!bySequence.TryGetValue(sequence, out var record))
            {
                // Live, the newest events of other partitions may be ahead by the window.
                (length is null && sequence > bySequence.Keys.Max() - HospitalSimulation.Window).ShouldBeTrue($"event {sequence} is missing");
                continue;
            }

            record.Topic.ShouldBe(expected[sequence].Event.Table.Topic);
            record.Message.Value.AsSpan().SequenceEqual(encoder.Encode(expected[sequence].Event)).ShouldBeTrue($"event {sequence}");
            record.Message.Key.AsSpan().SequenceEqual(EventEncoder.EncodeKey(expected[sequence].Event.Key)).ShouldBeTrue($"event {sequence}");
        }

        foreach (var group in written.GroupBy(record => (record.Topic, Key: Encoding.UTF8.GetString(record.Message.Key!))))
        {
            group.Select(record => record.Partition.Value).Distinct().Count().ShouldBe(1, "equal keys share a partition");
        }
    }

    public List<ConsumeResult<byte[]?, byte[]?>> ReadAll()
    {
        using var reader = Clients.Reader("test");
        var ends = Partitions(reader).ToDictionary(partition => partition, partition => reader.QueryWatermarkOffsets(partition, BrokerTimeout));
        var pending = ends.Where(end => end.Value.High > end.Value.Low).ToDictionary(end => end.Key, end => end.Value.High.Value);
        reader.Assign(pending.Keys.Select(partition => new TopicPartitionOffset(partition, ends[partition].Low)));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (pending.Count > 0)
        {
            var record = reader.Consume(BrokerTimeout).ShouldNotBeNull();
            if (record.Offset < ends[record.TopicPartition].High)
            {
                records.Add(record);
            }

            if (record.Offset >= ends[record.TopicPartition].High - 1)
            {
                pending.Remove(record.TopicPartition);
            }
        }

        reader.Close();
        return records;
    }

    public static string? HeaderOf(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers is { } headers && headers.TryGetLastBytes(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    private static long Sequence(ConsumeResult<byte[]?, byte[]?> record) =>
        long.Parse(HeaderOf(record, "event_id")!.Split('-')[1], CultureInfo.InvariantCulture);

    private IEnumerable<TopicPartition> Partitions(IConsumer<byte[]?, byte[]?> reader)
    {
        using var admin = Clients.Admin("test");
        return [.. TopicNames.Events.SelectMany(topic => admin.GetMetadata(topic, BrokerTimeout).Topics.Single().Partitions
            .Select(partition => new TopicPartition(topic, partition.PartitionId)))];
    }
}
