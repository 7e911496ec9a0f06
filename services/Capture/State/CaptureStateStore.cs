using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Capture.State;

/// <summary>Keeps capture's state in topic hospital.capture-state, beside the changes themselves: what the broker has, it knows the position of.</summary>
internal sealed class CaptureStateStore(KafkaClients clients, IProducer<byte[]?, byte[]?> producer, string slot)
{
    // A slot writes a record every few seconds at most: its last one is near the end, and only where it is not is everything read.
    private const long TailRecords = 5_000;
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(200);

    /// <summary>The slot's last state, or null. Blocks a thread of its own.</summary>
    /// <exception cref="KafkaException">The broker does not answer, or the topic is missing.</exception>
    public Task<CaptureState?> ReadAsync(CancellationToken cancellation) => Task.Factory.StartNew(
        () => Read(cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Records the state; done when the broker has acknowledged it.</summary>
    public Task WriteAsync(CaptureState state, CancellationToken cancellation) => producer.ProduceAsync(
        TopicNames.CaptureState, new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(slot), Value = CaptureStateCodec.Write(state) }, cancellation);

    private CaptureState? Read(CancellationToken cancellation)
    {
        using var reader = clients.Reader(RoleNames.Capture);
        var partition = new TopicPartition(TopicNames.CaptureState, 0);
        var marks = reader.QueryWatermarkOffsets(partition, BrokerTimeout);
        var tail = Math.Max(marks.Low.Value, marks.High.Value - TailRecords);
        return Last(reader, partition, tail, marks.High.Value, cancellation)
            ?? (tail > marks.Low.Value ? Last(reader, partition, marks.Low.Value, tail, cancellation) : null);
    }

    private CaptureState? Last(IConsumer<byte[]?, byte[]?> reader, TopicPartition partition, long from, long to, CancellationToken cancellation)
    {
        byte[]? last = null;
        var wanted = Encoding.UTF8.GetBytes(slot);
        reader.Assign(new TopicPartitionOffset(partition, from));
        while (from < to)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Consume(PollWait) is { } record)
            {
                from = record.Offset.Value + 1;
                last = record.Message.Key.AsSpan().SequenceEqual(wanted) && record.Offset.Value < to ? record.Message.Value : last;
            }
        }

        reader.Unassign();
        return last is null ? null : CaptureStateCodec.Read(last);
    }
}
