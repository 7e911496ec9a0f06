using System.Diagnostics.Metrics;

namespace HospitalStreaming.Broker.Server;

/// <summary>Meter HospitalStreaming.Broker: what comes in and goes out, without topic names or record content.</summary>
internal sealed class BrokerMetrics : IDisposable
{
    private readonly Meter _meter = new("HospitalStreaming.Broker");

    public BrokerMetrics(Func<BrokerStatistics> statistics)
    {
        RecordsIn = _meter.CreateCounter<long>("broker.records.in", "{record}", "Records stored");
        RecordsOut = _meter.CreateCounter<long>("broker.records.out", "{record}", "Records sent to consumers");
        BytesIn = _meter.CreateCounter<long>("broker.bytes.in", "By", "Bytes of batches stored");
        BytesOut = _meter.CreateCounter<long>("broker.bytes.out", "By", "Bytes of batches sent to consumers");
        StorageErrors = _meter.CreateCounter<long>("broker.storage.errors", "{request}", "Produce requests refused because the disk failed");
        _meter.CreateObservableGauge("broker.connections", () => statistics().Connections, "{connection}", "Open client connections");
        _meter.CreateObservableGauge("broker.disk.bytes", () => statistics().BytesOnDisk, "By", "Bytes of records on disk");
    }

    public Counter<long> RecordsIn { get; }
    public Counter<long> RecordsOut { get; }
    public Counter<long> BytesIn { get; }
    public Counter<long> BytesOut { get; }
    public Counter<long> StorageErrors { get; }

    public void Dispose() => _meter.Dispose();
}
