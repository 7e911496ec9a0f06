using Confluent.Kafka;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.WarehouseSink;

/// <summary>Sends poison records to the dead-letter topic. The producer is made for the first one: most lines never need it.</summary>
internal sealed class PoisonLetters(KafkaClients clients, LineMeters meters) : IDisposable
{
    /// <summary>dlq.stage of these letters.</summary>
    internal const string Stage = "warehouse";

    private IProducer<byte[]?, byte[]?>? _producer;

    internal Task SendAsync(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation)
    {
        _producer ??= clients.Producer("warehousesink");
        return new DeadLetterWriter(_producer, meters).WriteAsync(
            [.. records.Select(record => new DeadLetter(Stage, record.Position, record.Reason, record.Detail, record.Key, record.Value))], cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _producer?.Dispose();
}
