using System.Diagnostics;
using HospitalStreaming.Postgres.Embedded;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Postgres;

public sealed class EmbeddedPostgresTests
{
    [Fact]
    public async Task Runs_two_servers_side_by_side_each_tuned_for_its_purpose()
    {
        await using var test = new TestServer();
        var clock = Stopwatch.StartNew();
        var servers = await Task.WhenAll(test.StartAsync(test.Options()), test.StartAsync(test.Options("warehouse", ServerPurpose.Warehouse)));
        TestContext.Current.TestOutputHelper!.WriteLine($"two servers from nothing: {clock.ElapsedMilliseconds} ms");

        servers[0].Port.ShouldNotBe(servers[1].Port);
        (await TestServer.AskAsync(servers[0].ConnectionString("hospital"), "SHOW wal_level")).ShouldBe("logical");
        (await TestServer.AskAsync(servers[1].ConnectionString("warehouse"), "SHOW wal_level")).ShouldBe("minimal");
        foreach (var server in servers)
        {
            (await TestServer.AskAsync(server.ConnectionString("postgres"), "SELECT current_setting('fsync') || current_setting('synchronous_commit') || current_setting('TimeZone')"))
                .ShouldBe("ononUTC");
        }
    }

    [Fact]
    public async Task Keeps_data_password_and_port_from_one_run_to_the_next()
    {
        await using var test = new TestServer();
        var first = await test.StartAsync(test.Options());
        await TestServer.AskAsync(first.ConnectionString("hospital"), "CREATE TABLE kept AS SELECT 42 AS answer");
        await first.StopAsync();
        var clock = Stopwatch.StartNew();
        var second = await test.StartAsync(test.Options());
        TestContext.Current.TestOutputHelper!.WriteLine($"kept state: {clock.ElapsedMilliseconds} ms");

        second.ConnectionString("hospital").ShouldBe(first.ConnectionString("hospital"));
        (await TestServer.AskAsync(second.ConnectionString("hospital"), "SELECT answer FROM kept")).ShouldBe(42);
        EmbeddedEndpoint.Read(test.FolderOf("hospital")).ShouldNotBeNull().ConnectionString("hospital").ShouldBe(second.ConnectionString("hospital"));
    }

    [Fact]
    public async Task Stops_in_order_and_ends_its_task()
    {
        await using var test = new TestServer();
        var server = await test.StartAsync(test.Options());
        var process = server.ProcessId;
        var clock = Stopwatch.StartNew();
        await server.StopAsync();

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        server.Ended.IsCompletedSuccessfully.ShouldBeTrue();
        Directory.Exists($"/proc/{process}").ShouldBeFalse();
        EmbeddedEndpoint.Read(test.FolderOf("hospital")).ShouldBeNull();
        File.ReadAllText(server.LogFile).ShouldContain("database system is shut down");
    }

    [Fact]
    public async Task Lets_nobody_in_without_the_password_and_listens_on_loopback_only()
    {
        await using var test = new TestServer();
        var server = await test.StartAsync(test.Options());
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString("hospital")) { Password = "wrong" }.ConnectionString;

        (await Should.ThrowAsync<PostgresException>(() => TestServer.AskAsync(wrong, "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        (await TestServer.AskAsync(server.ConnectionString("hospital"), "SHOW listen_addresses")).ShouldBe("127.0.0.1");
        File.GetUnixFileMode(test.FolderOf("hospital")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var secret in Directory.EnumerateFiles(test.FolderOf("hospital"), "*.password"))
        {
            File.GetUnixFileMode(secret).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Keeps_row_values_out_of_its_log()
    {
        await using var test = new TestServer();
        var server = await test.StartAsync(test.Options());
        await using var source = NpgsqlDataSource.Create(server.ConnectionString("hospital"));
        foreach (var sql in new[]
        {
            "SELECT 'SecretDiagnosis'::integer",
            "CREATE TABLE t (name text PRIMARY KEY)",
            "INSERT INTO t VALUES ('SecretDiagnosis'), ('SecretDiagnosis')",
            "DO $$ BEGIN RAISE WARNING 'SecretDiagnosis'; END $$",
        })
        {
            await using var command = source.CreateCommand(sql);
            try
            {
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
            catch (PostgresException)
            {
                // Refused, as meant: what counts is what the log says of it.
            }
        }

        await using var parameter = source.CreateCommand("SELECT $1::text::integer");
        parameter.Parameters.AddWithValue("SecretDiagnosis");
        await Should.ThrowAsync<PostgresException>(() => parameter.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        await server.StopAsync();

        var log = File.ReadAllText(server.LogFile);
        log.ShouldContain("ready to accept connections");
        log.ShouldNotContain("SecretDiagnosis");
    }

    [Fact]
    public async Task Runs_a_configured_folder_of_binaries()
    {
        var folder = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).FirstOrDefault() : null;
        Assert.SkipWhen(folder is null, "this machine has no PostgreSQL of its own (Debian: apt-get install postgresql)");
        await using var test = new TestServer();
        var server = await test.StartAsync(test.Options() with { BinariesFolder = folder });

        (await TestServer.AskAsync(server.ConnectionString("hospital"), "SELECT upper('ok')")).ShouldBe("OK");
    }
}
