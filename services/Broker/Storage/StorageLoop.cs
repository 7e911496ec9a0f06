using HospitalStreaming.Broker.Groups;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Storage;

/// <summary>What storage does by itself: retention, and syncing where the flush policy is an interval.</summary>
internal sealed class StorageLoop(TopicCatalog catalog, OffsetStore offsets, Retention retention, StorageEnvironment environment, BrokerOptions options)
{
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        EachAsync(options.RetentionCheckInterval, retention.Run, stopping),
        options.FlushPolicy == FlushPolicy.Interval ? EachAsync(options.FlushInterval, SyncAll, stopping) : Task.CompletedTask);

    private void SyncAll()
    {
        foreach (var partition in catalog.Partitions)
        {
            try
            {
                partition.SyncIfGrown();
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                environment.Logger.LogError("{Partition} could not be synced: {Error}", partition.Name, error.Message);
            }
        }
        try
        {
            offsets.Sync();
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            environment.Logger.LogError("Committed offsets could not be synced: {Error}", error.Message);
        }
    }

    private async Task EachAsync(TimeSpan interval, Action work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, environment.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                work();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The broker stops.
        }
    }
}
