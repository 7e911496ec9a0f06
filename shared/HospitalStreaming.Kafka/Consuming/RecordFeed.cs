using System.Runtime.InteropServices;
using Confluent.Kafka;
using HospitalStreaming.Kafka.Consuming.Native;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>
/// Takes what a client has fetched and hands it down the lanes in blocks; used by the client's one thread. The first record of a turn comes by
/// Confluent's Consume, which waits, and throws what a rebalance handler threw; those after it come straight from the library, many at a time:
/// what Consume makes of each record costs more than all that becomes of it here.
/// </summary>
internal sealed unsafe class RecordFeed : IDisposable
{
    private const int MostAtOnce = 256;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly IReadOnlyDictionary<TopicPartition, Lane> _lanes;
    private readonly nint _queue;
    private readonly nint[] _messages = GC.AllocateArray<nint>(MostAtOnce, pinned: true);
    private readonly HashSet<Lane> _open = [];
    private (nint Topic, int Partition, string Name, Lane? Lane) _last;
    private bool _assigned;

    internal RecordFeed(IConsumer<byte[]?, byte[]?> consumer, IReadOnlyDictionary<TopicPartition, Lane> lanes)
    {
        (_consumer, _lanes) = (consumer, lanes);
        _queue = Librdkafka.ConsumerQueue(Librdkafka.ClientOf(consumer));
    }

    /// <summary>Waits for a record, then takes all that are there, up to a number of bytes and little more.</summary>
    /// <exception cref="KafkaException">What the client reports instead of a record.</exception>
    internal void Take(TimeSpan wait, int mostBytes)
    {
        if (_consumer.Consume(wait) is not { } first)
        {
            return;
        }

        try
        {
            // How many more make up the number of bytes is guessed from those before.
            var taken = Deliver(first);
            var usual = Math.Max(1, taken);
            while (taken < mostBytes && DeliverMany(Math.Clamp((mostBytes - taken) / usual, 1, MostAtOnce)) is { Count: > 0 } more)
            {
                taken += more.Bytes;
                usual = Math.Max(1, more.Bytes / more.Count);
            }
        }
        finally
        {
            Flush();
        }
    }

    /// <summary>To be called when partitions are taken away, before their lanes end: what is on its way belongs to those.</summary>
    internal void Flush()
    {
        _last = default;
        foreach (var lane in _open)
        {
            lane.Flush();
        }

        _open.Clear();
    }

    /// <summary>To be called when partitions are assigned.</summary>
    internal void Assigned() => _assigned = true;

    /// <inheritdoc/>
    public void Dispose() => Librdkafka.Release(_queue);

    private int Deliver(ConsumeResult<byte[]?, byte[]?> result)
    {
        if (!_lanes.TryGetValue(result.TopicPartition, out var lane))
        {
            return 0;
        }

        var (key, value) = (result.Message.Key, result.Message.Value);
        var record = new IncomingRecord(
            result.Offset.Value, result.Message.Timestamp.UnixTimestampMs, key is not null, key, value is not null, value,
            result.Message.Headers is { Count: > 0 } headers ? [.. headers.Select(header => new KeyValuePair<string, byte[]?>(header.Key, header.GetValueBytes()))] : []);
        _open.Add(lane);
        lane.Append(result.Topic, result.Partition.Value, record);
        return record.Weight;
    }

    private (int Count, int Bytes) DeliverMany(int most)
    {
        var messages = (NativeMessage**)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);
        _assigned = false;
        var count = (int)Librdkafka.Take(_queue, 0, messages, (nuint)most);
        var (destroyed, bytes) = (0, 0);
        try
        {
            if (_assigned && count > 0)
            {
                // Nobody can tell whether these were fetched for the lanes of now or of before, which may have begun elsewhere.
                throw new KafkaException(new Error(ErrorCode.Local_State, "partitions were assigned while records were taken"));
            }

            for (; destroyed < count; destroyed++)
            {
                bytes += Deliver(messages[destroyed]);
                Librdkafka.Destroy(messages[destroyed]);
            }
        }
        finally
        {
            for (; destroyed < count; destroyed++)
            {
                Librdkafka.Destroy(messages[destroyed]);
            }
        }

        return (count, bytes);
    }

    private int Deliver(NativeMessage* message)
    {
        if (message->Error != 0)
        {
            throw new KafkaException(new Error((ErrorCode)message->Error, Marshal.PtrToStringUTF8((nint)Librdkafka.ErrorText(message))));
        }

        if (LaneOf(message) is not { } lane)
        {
            return 0;
        }

        int kind;
        var record = new IncomingRecord(
            message->Offset,
            Librdkafka.Timestamp(message, &kind),
            message->Key is not null,
            new ReadOnlySpan<byte>(message->Key, checked((int)message->KeyLength)),
            message->Value is not null,
            new ReadOnlySpan<byte>(message->Value, checked((int)message->ValueLength)),
            NativeHeaders.Of(message));
        lane.Append(_last.Name, message->Partition, record);
        return record.Weight;
    }

    /// <summary>Null where the partition is not held. Records come in runs of one partition.</summary>
    private Lane? LaneOf(NativeMessage* message)
    {
        if (_last.Lane is null || _last.Partition != message->Partition || _last.Topic != message->Topic)
        {
            var topic = Marshal.PtrToStringUTF8((nint)Librdkafka.TopicName(message->Topic))!;
            if (!_lanes.TryGetValue(new TopicPartition(topic, message->Partition), out var lane))
            {
                return null;
            }

            _last = (message->Topic, message->Partition, topic, lane);
            _open.Add(lane);
        }

        return _last.Lane;
    }
}
