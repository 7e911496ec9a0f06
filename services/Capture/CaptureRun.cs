using Confluent.Kafka;
using HospitalStreaming.Capture.Publishing;
using HospitalStreaming.Capture.Replication;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Capture.Snapshots;
using HospitalStreaming.Capture.Source;
using HospitalStreaming.Capture.State;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using Microsoft.Extensions.Logging;
using Npgsql;
using Npgsql.Replication;

namespace HospitalStreaming.Capture;

/// <summary>One attempt at capturing, from looking at the source to the end of a stream; what fails is thrown and tried again by the worker.</summary>
internal sealed partial class CaptureRun(
    CaptureSettings settings, KafkaClients clients, IProducer<byte[]?, byte[]?> producer, CaptureStatus status, RoleHealth health, LineMeters meters, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan WaitTurn = TimeSpan.FromSeconds(1);
    private readonly SourceConnections _connections = new(settings);
    private readonly CaptureStateStore _store = new(clients, producer, settings.SlotName);
    private readonly ChangeEncoder _encoder = new(new EnvelopeIdentity(
        ProductVersion.Text, settings.TopicPrefix, new NpgsqlConnectionStringBuilder(settings.ConnectionString).Database!, settings.TombstonesOnDelete, settings.TransactionMetadata, settings.SkippedOperations));

    /// <summary>Whether the stream has run: a failure after that starts the patience with failures anew.</summary>
    public bool HasStreamed { get; private set; }

    /// <param name="stopping">Asks for a stop in order.</param>
    /// <param name="hard">Ends everything as a crash would.</param>
    /// <exception cref="CaptureRefusedException">Only somebody's decision helps.</exception>
    public async Task RunAsync(CancellationToken stopping, CancellationToken hard)
    {
        var (state, plan) = await DecideAsync(stopping);
        var types = new TypeCatalog(_connections.OpenAsync);
        var monitor = new SourceMonitor(settings, _connections, status, clock, logger);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(hard);
        var watching = monitor.RunAsync(ended.Token);
        try
        {
            if (plan != StartPlan.Stream)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, hard);
                state = await SnapshotAsync(state, plan, types, either.Token);
            }

            await StreamAsync(state, types, monitor, stopping, hard);
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }
    }

    private async Task<(CaptureState State, StartPlan Plan)> DecideAsync(CancellationToken stopping)
    {
        health.Starting(RoleNames.Capture, $"waiting for PostgreSQL at {_connections.Endpoint}");
        await using var connection = await _connections.OpenAsync(stopping);
        var preflight = new Preflight(settings);
        while (await preflight.CheckAsync(connection, stopping) is { Problems.IsEmpty: false } found)
        {
            health.Starting(RoleNames.Capture, "waiting for the source to be ready: " + string.Join(" | ", found.Problems));
            await Task.Delay(WaitTurn, clock, stopping);
        }

        health.Starting(RoleNames.Capture, $"waiting for the broker at {clients.BootstrapServers}");
        var recorded = await _store.ReadAsync(stopping);
        var source = await SourceCatalog.IdentifyAsync(connection, stopping);
        var slot = await SourceCatalog.SlotAsync(connection, settings.SlotName, stopping);
        var plan = StartPlanner.Plan(recorded, slot, source, settings.SlotName);
        LogPlan(plan, recorded?.Position.ToString() ?? "none", slot?.ConfirmedLsn.ToString() ?? "none");
        if (recorded?.Phase == CapturePhase.Streaming && settings.Tables.Except(recorded.Tables) is { IsEmpty: false } added)
        {
            LogTablesAdded(string.Join(", ", added));
        }

        var state = recorded ?? new CaptureState
        {
            Phase = CapturePhase.Creating,
            SystemId = source.SystemId,
            Timeline = source.Timeline,
            Database = _connections.Database,
            Tables = settings.Tables,
        };
        return (plan == StartPlan.SnapshotAgain && state.Phase == CapturePhase.Creating ? state with { ConsistentPoint = slot!.ConfirmedLsn } : state, plan);
    }

    private async Task<CaptureState> SnapshotAsync(CaptureState state, StartPlan plan, TypeCatalog types, CancellationToken cancellation)
    {
        status.Update(facts => facts with { Phase = "snapshot" });
        string? snapshot = null;
        LogicalReplicationConnection? holder = null;
        try
        {
            if (plan == StartPlan.CreateSlot)
            {
                // Recorded first: a crash between the two is told apart from a slot of somebody else.
                await _store.WriteAsync(state with { Phase = CapturePhase.Creating }, cancellation);
                health.Starting(RoleNames.Capture, $"creating slot {settings.SlotName}: PostgreSQL waits for the transactions that are open now");
                holder = await _connections.OpenReplicationAsync(cancellation);
                var slot = await holder.CreatePgOutputReplicationSlot(
                    settings.SlotName, slotSnapshotInitMode: LogicalSlotSnapshotInitMode.Export, cancellationToken: cancellation);
                snapshot = slot.SnapshotName;
                state = state with { ConsistentPoint = new Lsn((ulong)slot.ConsistentPoint) };
            }

            state = state with { Phase = CapturePhase.Snapshotting, Position = state.ConsistentPoint, Tables = settings.Tables };
            await _store.WriteAsync(state, cancellation);
            if (settings.SnapshotData)
            {
                await ReadTablesAsync(snapshot, types, cancellation);
            }
        }
        finally
        {
            if (holder is not null)
            {
                await holder.DisposeAsync();
            }
        }

        state = state with { Phase = CapturePhase.Streaming };
        await _store.WriteAsync(state, cancellation);
        LogSnapshotComplete(status.Facts.SnapshotRows, state.ConsistentPoint.ToString());
        return state;
    }

    private async Task ReadTablesAsync(string? snapshotName, TypeCatalog types, CancellationToken cancellation)
    {
        await using var connection = await _connections.OpenAsync(cancellation);
        var ledger = new TransactionLedger(settings.MaxInFlightBytes, ticket => meters.Written(RoleNames.Capture, "snapshot", ticket.Sent, TimeSpan.Zero));
        var snapshot = new InitialSnapshot(
            new SnapshotPlanner(settings, types), _encoder, new ChangePublisher(producer, ledger), ledger, status, clock);
        var reading = snapshot.RunAsync(connection, snapshotName, cancellation);
        while (await Task.WhenAny(reading, Task.Delay(WaitTurn, clock, cancellation)) != reading && !cancellation.IsCancellationRequested)
        {
            health.Starting(RoleNames.Capture, $"reading the rows that stand already: {status.Facts.SnapshotRows} sent");
        }

        await reading;
    }

    private async Task StreamAsync(CaptureState state, TypeCatalog types, SourceMonitor monitor, CancellationToken stopping, CancellationToken hard)
    {
        await using var connection = await _connections.OpenReplicationAsync(stopping);
        var ledger = new TransactionLedger(settings.MaxInFlightBytes, Acknowledged);
        ledger.Start(state.Position);
        var relations = new RelationCache(settings, _connections, types);
        var session = new StreamSession(
            settings, relations, _encoder, new ChangePublisher(producer, ledger), ledger, state.Position == state.ConsistentPoint ? null : state.Position, clock);
        var stream = new ReplicationStream(connection, settings.SlotName, settings.PublicationName);
        var control = new StreamControl(settings, stream, session, ledger, _store, state, status, health, monitor, clock);
        status.Update(facts => facts with { Phase = "streaming" });
        HasStreamed = true;
        await control.RunAsync(stopping, hard);
    }

    private void Acknowledged(TransactionTicket ticket)
    {
        var now = clock.GetUtcNow();
        status.Acknowledged(ticket.End!.Value, ticket.CommittedAt, now);
        if (ticket.Changes > 0)
        {
            meters.Received(RoleNames.Capture, "changes", ticket.Changes);
            var took = now - ticket.CommittedAt;
            meters.Written(RoleNames.Capture, "changes", ticket.Changes, took > TimeSpan.Zero ? took : TimeSpan.Zero);
        }
    }

    [LoggerMessage(3010, LogLevel.Information, "capture starts: {Plan}, recorded position {Recorded}, slot confirmed to {Confirmed}")]
    private partial void LogPlan(StartPlan plan, string recorded, string confirmed);

    [LoggerMessage(3011, LogLevel.Information, "snapshot complete: {Rows} rows; the stream starts at {ConsistentPoint}")]
    private partial void LogSnapshotComplete(long rows, string consistentPoint);

    [LoggerMessage(3012, LogLevel.Warning, "tables joined capture after the snapshot: {Tables}. Their rows of before are not captured; set Capture:SlotName to a new name for a new snapshot of all")]
    private partial void LogTablesAdded(string tables);
}
