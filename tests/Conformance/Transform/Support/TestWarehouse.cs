using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Transform;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Sql;
using Npgsql;

namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>A database with the warehouse's own tables, whose current rows a test writes itself, as the sink would: rows and signals in one transaction.</summary>
public sealed class TestWarehouse : IAsyncDisposable
{
    private static readonly string Technical = "false, 'u', null, 1, 0, 0, now()";

    private TestWarehouse(NpgsqlDataSource source, string database, int port)
    {
        (Source, Database, Port) = (source, database, port);
        Sql = new PostgresWarehouseSql(source, Names);
    }

    public NpgsqlDataSource Source { get; }

    public string Database { get; }

    public int Port { get; }

    public WarehouseNames Names { get; } = new();

    public PostgresWarehouseSql Sql { get; }

    public static async Task<TestWarehouse> CreateAsync(string connection, string database, int port, CancellationToken cancellation)
    {
        var warehouse = new TestWarehouse(NpgsqlDataSource.Create(connection), database, port);
        await warehouse.CreateTablesAsync(cancellation);
        return warehouse;
    }

    /// <summary>The warehouse's own schemas and tables, as the sink makes them.</summary>
    public Task CreateTablesAsync(CancellationToken cancellation) => RunAsync(PostgresTables.Script(Names, HospitalSchema.CapturedTables), cancellation);

    internal ModelRunner Runner(TimeProvider clock, string? models = null) => new(Sql, new ModelFolder(models ?? Repository.Models), Names, clock);

    public async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Changes current rows and bumps the signals of the tables in one transaction, holding the lock the sink holds.</summary>
    public Task ApplyAsync(string sql, CancellationToken cancellation, params string[] tables)
    {
        var signals = string.Join(", ", tables.Select(SignalNames.CurrentOf).Prepend(SignalNames.Current).Select(name => $"('{name}')"));
        return RunAsync(
            $"""
            BEGIN; {WarehouseLocks.HoldApply}; {sql};
            INSERT INTO hospital_line.signals AS s SELECT name, 1, now() FROM (VALUES {signals}) AS n(name)
            ON CONFLICT (name) DO UPDATE SET version = s.version + 1, changed_at = excluded.changed_at;
            NOTIFY {SignalNames.Channel}, '{SignalNames.Current}'; COMMIT
            """,
            cancellation);
    }

    /// <summary>Inserts rows written as SQL values of the table's own columns, hospital and update time left out where the table has them.</summary>
    public Task InsertAsync(string table, string[] rows, CancellationToken cancellation)
    {
        var common = table == "line_canary" ? string.Empty : "'h1', now(), ";
        return ApplyAsync(
            $"INSERT INTO hospital.{table} VALUES {string.Join(",\n", rows.Select(row => $"({row}, {common}{Technical})"))}"
            + $" ON CONFLICT ({HospitalSchema.Table(table)!.KeyColumn}) DO NOTHING",
            cancellation, table);
    }

    /// <summary>
    /// A made-up hospital, the same for the same size: deleted rows, null keys and statuses, facts without their parent, bills of other
    /// patients, odd durations and dosages, gaps of months.
    /// </summary>
    public Task FillAsync(int visits, CancellationToken cancellation)
    {
        var n = visits.ToString(CultureInfo.InvariantCulture);
        return ApplyAsync(
            $"""
            SELECT setseed(0.5);
            INSERT INTO hospital.doctors SELECT i, 'Dr ' || i, (ARRAY['Cardiology','Neurology','Surgery',NULL])[1 + i % 4], CASE WHEN i % 17 = 0 THEN NULL ELSE i % 33 END,
                'x', CASE WHEN i % 2 = 0 THEN 'h1' ELSE 'h2' END, now(), i % 29 = 0, 'u', null, 1, 0, i, now() FROM generate_series(1, 60) i;
            INSERT INTO hospital.patients SELECT i, 'Patient ' || i, CASE WHEN i % 50 = 0 THEN NULL ELSE date '1930-01-01' + (i * 7919 % 34000) END, (ARRAY['F','M',NULL])[1 + i % 3], 'A+',
                'x', 'y', 'h1', now(), i % 41 = 0, 'u', null, 1, 0, i, now() FROM generate_series(1, greatest({n} / 10, 5)) i;
            INSERT INTO hospital.medicines SELECT i, 'Medicine ' || i, 'Class ' || i % 7, 'Maker', CASE WHEN i % 23 = 0 THEN NULL ELSE round((5 + random() * 95)::numeric, 2) END,
                'h1', now(), i % 31 = 0, 'u', null, 1, 0, i, now() FROM generate_series(1, 66) i;
            INSERT INTO hospital.visits SELECT i, CASE WHEN random() < 0.01 THEN NULL ELSE 1 + floor(random() * ({n} / 10 + 3))::bigint END, CASE WHEN random() < 0.01 THEN NULL ELSE 1 + floor(random() * 64)::bigint END,
                CASE WHEN random() < 0.005 THEN NULL ELSE timestamptz '2025-06-15 23:30:00+00' + (random() * 300 + CASE WHEN i % 3 = 0 THEN 120 ELSE 0 END) * interval '1 day' END,
                (ARRAY['Hypertension','Asthma','Influenza','Migraine','  ',NULL,'Gout'])[1 + floor(random() * 7)::int], CASE WHEN random() < 0.01 THEN NULL ELSE round((50 + random() * 600)::numeric, 2) END,
                CASE WHEN random() < 0.3 THEN 'h2' ELSE 'h1' END, now(), random() < 0.02, 'u', null, 1, 0, i, now() FROM generate_series(1, {n}) i;
            INSERT INTO hospital.billing_payments SELECT i, CASE WHEN random() < 0.01 THEN NULL ELSE 1 + floor(random() * ({n} / 10 + 3))::bigint END, CASE WHEN random() < 0.02 THEN NULL WHEN random() < 0.02 THEN {n} + 5 ELSE 1 + floor(random() * {n})::bigint END,
                CASE WHEN random() < 0.005 THEN NULL ELSE date '2025-06-16' + (random() * 420)::int END, CASE WHEN random() < 0.01 THEN NULL ELSE round((50 + random() * 700)::numeric, 2) END, (ARRAY['Paid','Paid','Paid','Pending','Unpaid',NULL,' '])[1 + floor(random() * 7)::int],
                'h1', now(), random() < 0.02, 'u', null, 1, 0, i, now() FROM generate_series(1, {n}) i;
            INSERT INTO hospital.prescriptions SELECT i, CASE WHEN random() < 0.01 THEN NULL ELSE 1 + floor(random() * ({n} / 10 + 3))::bigint END, CASE WHEN random() < 0.01 THEN NULL ELSE 1 + floor(random() * 64)::bigint END, 1 + floor(random() * 68)::bigint,
                (ARRAY['1 tablet','2 tablets twice a day','5 ml','500 mg','1 capsule at night','2 puffs as needed',NULL,'0.5 tablet'])[1 + floor(random() * 8)::int],
                (ARRAY['1 week','2 weeks','3 days','1 month','5/7','as needed','week',NULL,'10 days'])[1 + floor(random() * 9)::int],
                CASE WHEN random() < 0.02 THEN NULL ELSE 1 + floor(random() * {n})::bigint END, now(), CASE WHEN random() < 0.1 THEN now() END, 'h1', now(), random() < 0.02, 'u', null, 1, 0, i, now() FROM generate_series(1, {n} * 3 / 2) i;
            INSERT INTO hospital.line_canary VALUES (1, 1, now(), false, 'u', null, 1, 0, 0, now())
            """,
            cancellation, [.. HospitalSchema.CapturedTables.Select(table => table.Name)]);
    }

    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellation) is { } value and not DBNull ? value : null;
    }

    /// <summary>The rows of a query as texts, columns joined by |, in the query's order.</summary>
    public async Task<string[]> LinesAsync(string sql, CancellationToken cancellation)
    {
        var rows = await Sql.QueryAsync(sql, new Dictionary<string, object?>(), cancellation);
        return [.. rows.Rows.Select(row => string.Join("|", row.Select(value => value switch
        {
            null => "null",
            DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        })))];
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
    }
}
