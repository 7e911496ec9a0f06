using HospitalStreaming.Core.Domain;
using HospitalStreaming.Landing.Schema;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Landing;

public sealed class SchemaTests(HospitalServer server)
{
    private const string Password = "a-password-of-capture";

    [Fact]
    public async Task Twice_changes_nothing_and_missing_columns_and_keys_are_added()
    {
        await using var database = NpgsqlDataSource.Create(await server.NewDatabaseAsync());
        await using var connection = await database.OpenConnectionAsync(LandingBed.Token);
        await EnsureAsync(connection);
        var before = await StandingAsync(connection);
        await EnsureAsync(connection);
        (await StandingAsync(connection)).ShouldBe(before);

        await RunAsync(connection, "ALTER TABLE visits DROP COLUMN total_cost; ALTER TABLE billing_payments DROP CONSTRAINT billing_payments_visit_id_fkey; DROP INDEX prescriptions_visit_id_idx");
        await EnsureAsync(connection);
        (await StandingAsync(connection)).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task Tables_have_the_described_columns_keys_and_an_index_on_each_reference()
    {
        await using var database = NpgsqlDataSource.Create(await server.NewDatabaseAsync());
        await using var connection = await database.OpenConnectionAsync(LandingBed.Token);
        await EnsureAsync(connection);
        foreach (var table in HospitalSchema.CapturedTables)
        {
            var columns = await AskAsync<string[]>(connection, $"SELECT array(SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END FROM pg_attribute WHERE attrelid = 'public.{table.Name}'::regclass AND attnum > 0 ORDER BY attnum)");
            columns.Select(Plain).ShouldBe(table.Columns.Select(column => $"{column.Name} {PostgresDdl.TypeOf(column)}{(column.Nullable ? string.Empty : " NOT NULL")}"));
            var references = table.Columns.Count(column => column.References is not null);
            (await AskAsync<long>(connection, $"SELECT count(*) FROM pg_constraint WHERE conrelid = 'public.{table.Name}'::regclass AND contype = 'f'")).ShouldBe(references);
            (await AskAsync<long>(connection, $"SELECT count(*) FROM pg_indexes WHERE tablename = '{table.Name}'")).ShouldBe(references + 1);
            (await AskAsync<char>(connection, $"SELECT relreplident FROM pg_class WHERE oid = 'public.{table.Name}'::regclass")).ShouldBe('d');
        }
    }

    [Fact]
    public async Task The_publication_holds_exactly_the_captured_tables_and_is_put_right()
    {
        await using var database = NpgsqlDataSource.Create(await server.NewDatabaseAsync());
        await using var connection = await database.OpenConnectionAsync(LandingBed.Token);
        await EnsureAsync(connection);
        await RunAsync(connection, "CREATE TABLE diary (id int PRIMARY KEY); ALTER PUBLICATION hospital_publication ADD TABLE diary; ALTER PUBLICATION hospital_publication DROP TABLE visits");
        await EnsureAsync(connection);

        (await AskAsync<string[]>(connection, "SELECT array(SELECT tablename::text FROM pg_publication_tables WHERE pubname = 'hospital_publication' ORDER BY 1)"))
            .ShouldBe(HospitalSchema.CapturedTables.Select(table => table.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_capture_role_logs_in_reads_the_tables_and_may_do_nothing_else()
    {
        var owner = await server.NewDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(owner);
        await using var connection = await database.OpenConnectionAsync(LandingBed.Token);
        await EnsureAsync(connection);
        await EnsureAsync(connection);
        await using var capture = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Username = CaptureAccess.Role, Password = Password, Pooling = false }.ConnectionString);
        await capture.OpenAsync(LandingBed.Token);

        (await AskAsync<long>(capture, "SELECT count(*) FROM visits")).ShouldBe(0);
        (await AskAsync<bool>(capture, "SELECT rolreplication AND NOT rolsuper AND NOT rolcreaterole AND NOT rolcreatedb FROM pg_roles WHERE rolname = current_user")).ShouldBeTrue();
        foreach (var refused in new[] { "DELETE FROM visits", "SELECT * FROM landing.pending", "CREATE TABLE public.mine (id int)", "INSERT INTO line_canary VALUES (9, 1, now())" })
        {
            (await Should.ThrowAsync<PostgresException>(() => RunAsync(capture, refused))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, refused);
        }
    }

    [Fact]
    public async Task An_owner_without_the_right_to_make_roles_is_told_what_to_run()
    {
        var admin = await server.NewDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(admin);
        await using var connection = await database.OpenConnectionAsync(LandingBed.Token);
        await RunAsync(connection, $"CREATE ROLE plain_owner LOGIN PASSWORD '{Password}'; ALTER DATABASE {connection.Database} OWNER TO plain_owner");
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Username = "plain_owner", Password = Password, Pooling = false }.ConnectionString);
        await owner.OpenAsync(LandingBed.Token);

        (await LandingSchema.EnsureAsync(owner, Password, LandingBed.Token)).ShouldNotBeNull().ShouldContain("CREATE ROLE hospital_capture");
        (await AskAsync<long>(owner, "SELECT count(*) FROM visits")).ShouldBe(0);
    }

    private static string Plain(string column) => column
        .Replace("character varying", "varchar", StringComparison.Ordinal)
        .Replace("timestamp with time zone", "timestamptz", StringComparison.Ordinal);

    private static Task<string?> EnsureAsync(NpgsqlConnection connection) => LandingSchema.EnsureAsync(connection, Password, LandingBed.Token);

    private static async Task<string[]> StandingAsync(NpgsqlConnection connection) =>
        [.. (await AskAsync<string[]>(connection, PostgresDdl.StandingNames)).Order(StringComparer.Ordinal)];

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(LandingBed.Token))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(LandingBed.Token);
    }
}
