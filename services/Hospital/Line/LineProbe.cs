using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Npgsql;

namespace HospitalStreaming.Hospital.Line;

/// <summary>Gathers the facts of one sample. Each place is asked on its own: one that is away leaves its facts out and the rest in.</summary>
internal sealed class LineProbe(KafkaClients kafka, NpgsqlDataSource hospital, IWarehouse warehouse, IWarehouseSql sql, WarehouseNames names, string slot) : IDisposable
{
    /// <summary>Consumer group whose commits say what is durable in the lake.</summary>
    internal const string LakeGroup = "hospital-lakesink";

    private readonly TopicOffsets _offsets = new(kafka);
    private readonly DeadLetterCount _deadLetters = new(kafka);

    /// <summary>One sample.</summary>
    public async Task<LineFacts> SampleAsync(CancellationToken cancellation)
    {
        var ends = Try(() => _offsets.EndsAsync(cancellation));
        var lake = Try(() => _offsets.CommittedAsync(LakeGroup, cancellation));
        var letters = Try(() => Task.Run(_deadLetters.Read, cancellation));
        var status = Try(() => warehouse.StatusAsync(cancellation));
        var models = Try(() => ModelsAsync(cancellation));
        var facts = await Try(() => DatabaseAsync(cancellation)) ?? new LineFacts();
        return facts with
        {
            Ends = await ends,
            InLake = await lake,
            DeadLetters = await letters ?? new Dictionary<string, long>(),
            Warehouse = await status,
            Models = await models,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _offsets.Dispose();
        _deadLetters.Dispose();
    }

    private static async Task<T?> Try<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            // Not measured this time; the stop shows a dash, and the role's health says why.
            return null;
        }
    }

    private async Task<LineFacts> DatabaseAsync(CancellationToken cancellation)
    {
        var rows = await TableRowsAsync(cancellation);
        var landed = await Try(() => LandedAsync(cancellation));
        await using var command = hospital.CreateCommand("""
            SELECT pg_database_size(current_database()),
                   (SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint FROM pg_replication_slots WHERE slot_name = @slot),
                   (SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint FROM pg_replication_slots WHERE slot_name = @slot)
            """);
        command.Parameters.AddWithValue("slot", slot);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new LineFacts
        {
            Rows = rows,
            Landed = landed,
            Pending = await PendingAsync(cancellation),
            DatabaseBytes = reader.GetInt64(0),
            SlotLagBytes = await reader.IsDBNullAsync(1, cancellation) ? null : reader.GetInt64(1),
            WalKeptBytes = await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetInt64(2),
        };
    }

    private async Task<Dictionary<string, long>> TableRowsAsync(CancellationToken cancellation)
    {
        await using var command = hospital.CreateCommand("SELECT relname::text, n_live_tup FROM pg_stat_user_tables WHERE schemaname = 'public' AND relname::text = ANY(@tables)");
        command.Parameters.AddWithValue("tables", HospitalSchema.EventTables.Select(table => table.Name).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            rows[reader.GetString(0)] = reader.GetInt64(1);
        }

        return rows;
    }

    private async Task<Dictionary<(string Topic, int Partition), long>> LandedAsync(CancellationToken cancellation)
    {
        await using var command = hospital.CreateCommand("SELECT topic, partition, next_offset FROM landing.offsets");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var landed = new Dictionary<(string Topic, int Partition), long>();
        while (await reader.ReadAsync(cancellation))
        {
            landed[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        }

        return landed;
    }

    private async Task<long?> PendingAsync(CancellationToken cancellation)
    {
        await using var command = hospital.CreateCommand("SELECT count(*) FROM landing.pending");
        try
        {
            return (long?)await command.ExecuteScalarAsync(cancellation);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }

    private async Task<ModelFacts> ModelsAsync(CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync($"""
            SELECT count(*) AS models,
                   sum(CASE WHEN ok THEN 0 ELSE 1 END) AS failed,
                   (SELECT count(*) FROM {names.Line}.test_results WHERE severity = 'error' AND status IN ('fail', 'error')) AS tests,
                   max(built_at) AS built,
                   max(took_ms) AS slowest,
                   (SELECT max(version) FROM {names.Line}.signals WHERE name = '{SignalNames.Current}') - min(current_version) AS behind
            FROM {names.Line}.model_state
            WHERE kind = 'table'
            """, new Dictionary<string, object?>(), cancellation);
        var row = rows.Rows[0];
        return new ModelFacts(Number(row[0]), Number(row[1]), Number(row[2]), row[3] as DateTimeOffset?, Number(row[4]), Number(row[5]));
    }

    private static long Number(object? value) => value is null ? 0 : Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
}
