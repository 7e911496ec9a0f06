using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Producer.Continuing;

namespace HospitalStreaming.Producer.Writing;

/// <summary>
/// Hands a stream's events to the broker's client, each partition's in order, skipping what the partition has already. Nothing is dropped: an
/// event that cannot be delivered ends the writer, and the next one finds by the topics' ends what is missing.
/// </summary>
internal sealed class EventWriter : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly Continuation _plan;
    private readonly AckWindow _window;
    private readonly LineMeters _meters;
    private readonly EventEncoder _encoder = new();
    private readonly Dictionary<string, byte[]> _marks = [];
    private SimulationCheckpoint _marked;

    public EventWriter(KafkaClients clients, Continuation plan, LineMeters meters, TimeProvider clock)
    {
        _producer = clients.Producer(RoleNames.Producer, gapless: true);
        _plan = plan;
        _meters = meters;
        _window = new AckWindow(HospitalSimulation.Window, clock);
    }

    /// <summary>How long the oldest unacknowledged event has been waiting; null where none is.</summary>
    public TimeSpan? OldestAge => _window.OldestAge;

    /// <summary>Every event up to this one is in the topics.</summary>
    public long WrittenThrough => Math.Max(_plan.Floor, _window.AckedThrough);

    /// <summary>Whether the topics have that event already.</summary>
    public bool Has(SimulatedEvent item) => item.Sequence <= _plan.Has[(item.Event.Table.Topic!, PartitionOf(item, EventEncoder.EncodeKey(item.Event.Key)))];

    /// <summary>Hands an event over; false while the window is full.</summary>
    /// <exception cref="KafkaException">An event could not be delivered; this writer is at its end.</exception>
    public bool TryWrite(SimulatedEvent item)
    {
        if (_window.TryAdd(item.Sequence) is not { } slot)
        {
            return false;
        }

        var topic = item.Event.Table.Topic!;
        var key = EventEncoder.EncodeKey(item.Event.Key);
        var message = new Message<byte[]?, byte[]?>
        {
            Key = key,
            Value = _encoder.Encode(item.Event),
            Headers = [new Header("event_id", Encoding.UTF8.GetBytes(item.Event.EventId)), new Header(SimulationMark.HeaderName, MarkOf(topic, item.ResumeFrom))],
        };
        _producer.Produce(new TopicPartition(topic, PartitionOf(item, key)), message, report => Delivered(report, topic, slot));
        _meters.Received(RoleNames.Producer, topic, 1);
        return true;
    }

    /// <summary>Completes when the window may have changed.</summary>
    public Task ChangeAsync() => _window.ChangeAsync();

    /// <summary>
    /// Notes how far the topics are, in the topic that no retention empties. Nothing waits for it: a lost note costs nothing while the event topics
    /// still have records.
    /// </summary>
    public void Note(SimulationCheckpoint resumeFrom)
    {
        if (WrittenThrough < 0)
        {
            return;
        }

        var mark = Encoding.UTF8.GetBytes(new SimulationMark(_plan.Settings, 1, resumeFrom).ToString());
        _producer.Produce(TopicNames.ProducerState, new Message<byte[]?, byte[]?>
        {
            Key = Encoding.UTF8.GetBytes(_plan.Settings.HospitalId),
            Value = mark,
            Headers =
            [
                new Header("event_id", Encoding.UTF8.GetBytes(HospitalSimulation.EventId(_plan.Settings.HospitalId, WrittenThrough))),
                new Header(SimulationMark.HeaderName, mark),
            ],
        });
    }

    /// <summary>Waits for what has been handed over, for so long and no longer.</summary>
    /// <returns>Whether all of it is written.</returns>
    public async Task<bool> DrainAsync(TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (!_window.Failed && OldestAge is not null && watch.Elapsed < patience)
        {
            await Task.WhenAny(ChangeAsync(), Task.Delay(TimeSpan.FromMilliseconds(100)));
        }

        var drained = !_window.Failed && OldestAge is null;
        if (drained)
        {
            await Task.Run(() => _producer.Flush(patience));
        }

        return drained;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _producer.Dispose();
        _encoder.Dispose();
    }

    private void Delivered(DeliveryReport<byte[]?, byte[]?> report, string topic, long slot)
    {
        if (report.Error.IsError)
        {
            _window.Fail(new KafkaException(report.Error));
            return;
        }

        _meters.Written(RoleNames.Producer, topic, 1, _window.Ack(slot));
    }

    private int PartitionOf(SimulatedEvent item, byte[] key) => KeyPartition.Of(key, _plan.Partitions[item.Event.Table.Topic!]);

    private byte[] MarkOf(string topic, SimulationCheckpoint resumeFrom)
    {
        if (_marked != resumeFrom)
        {
            _marks.Clear();
            _marked = resumeFrom;
        }

        return _marks.TryGetValue(topic, out var mark)
            ? mark
            : _marks[topic] = Encoding.UTF8.GetBytes(new SimulationMark(_plan.Settings, _plan.Partitions[topic], resumeFrom).ToString());
    }
}
