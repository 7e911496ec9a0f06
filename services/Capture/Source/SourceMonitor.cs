using HospitalStreaming.Capture.Settings;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HospitalStreaming.Capture.Source;

/// <summary>
/// Looks after the source while capture runs, on a connection of its own: writes heartbeats, so that an idle captured database does not hold the
/// whole cluster's log; measures what the slot holds against the budget; and notices a publication that somebody changed.
/// </summary>
internal sealed partial class SourceMonitor(CaptureSettings settings, SourceConnections connections, CaptureStatus status, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private long _lastHeartbeat;
    private bool _overBudget;

    /// <summary>What makes capture unhealthy though it goes on; empty when nothing does.</summary>
    public string Alarm { get; private set; } = string.Empty;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var connection = await connections.OpenAsync(cancellation);
                while (true)
                {
                    await LookAsync(connection, cancellation);
                    await Task.Delay(Turn < settings.HeartbeatInterval || settings.HeartbeatInterval == TimeSpan.Zero ? Turn : settings.HeartbeatInterval, clock, cancellation);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException failure)
            {
                // The stream has the same source and reports it; here only the next look matters.
                LogLookFailed(failure.SqlState ?? "connection");
                try
                {
                    await Task.Delay(AfterFailure, clock, cancellation);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task LookAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await HeartbeatAsync(connection, cancellation);
        var slot = await SourceCatalog.SlotAsync(connection, settings.SlotName, cancellation);
        var preflight = await new Preflight(settings).CheckAsync(connection, cancellation);
        Alarm = preflight.Problems.IsEmpty ? string.Empty : "the source changed under capture, which goes on without what is missing: " + string.Join(" | ", preflight.Problems);
        var warnings = preflight.Warnings;
        if (slot is not null && slot.RetainedBytes > settings.WalBudgetBytes)
        {
            warnings = warnings.Add(
                $"slot {settings.SlotName} holds {slot.RetainedBytes / 1_048_576} MiB of log at the source, over its budget of {settings.WalBudgetBytes / 1_048_576} MiB: look at the broker, or raise Capture:WalBudgetBytes");
        }

        var over = slot is not null && slot.RetainedBytes > settings.WalBudgetBytes;
        if (over && !_overBudget)
        {
            LogOverBudget(settings.SlotName, slot!.RetainedBytes, settings.WalBudgetBytes);
        }

        _overBudget = over;
        status.Update(facts => facts with { RetainedBytes = slot?.RetainedBytes, Warnings = warnings });
    }

    private async Task HeartbeatAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (settings.HeartbeatInterval == TimeSpan.Zero || (_lastHeartbeat != 0 && clock.GetElapsedTime(_lastHeartbeat) < settings.HeartbeatInterval))
        {
            return;
        }

        _lastHeartbeat = clock.GetTimestamp();
        await using var command = new NpgsqlCommand("SELECT pg_logical_emit_message(false, 'hospital', '')", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(3001, LogLevel.Debug, "looking at the source failed ({Code})")]
    private partial void LogLookFailed(string code);

    [LoggerMessage(3002, LogLevel.Warning, "slot {Slot} holds {Bytes} bytes of log at the source, over its budget of {Budget}")]
    private partial void LogOverBudget(string slot, long bytes, long budget);
}
