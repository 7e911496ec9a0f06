using System.Globalization;
using HospitalStreaming.Tests.EndToEnd.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd;

/// <summary>The same roles on servers that are not ours: Kafka, PostgreSQL 15, Debezium instead of our capture, a bucket instead of a folder, either warehouse.</summary>
public sealed class OutsideServersTests
{
    private static readonly string[] Captured = ["doctors", "patients", "medicines", "visits", "billing_payments", "prescriptions"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_line_runs_on_Kafka_PostgreSQL_15_Debezium_and_a_bucket_and_verifies_clean()
    {
        await using var servers = await OutsideServers.StartAsync("postgres", "kafka", "connect", "gcs");
        await servers.CreateDatabaseAsync("hospital", Token);
        await servers.CreateDatabaseAsync("warehouse", Token);
        var environment = Environment(servers, visits: 500, rate: 20);
        environment["HOSPITAL__Warehouse__Kind"] = "postgres";
        environment["HOSPITAL__Warehouse__ConnectionString"] = servers.Postgres("warehouse");
        await using var roles = HospitalProcess.Run(["producer", "landing", "lakesink", "warehousesink", "transform", "dashboard"], environment);
        await ConnectAsync(servers, roles);
        await UntilAsync("500 visits in the marts", roles, servers, async () => await OneAsync(servers.Postgres("warehouse"), "SELECT visits FROM hospital_marts.hospital_overview WHERE hospital_id = 'all'") >= 500);

        var report = Path.Combine(Path.GetTempPath(), $"hospital-report-{Guid.NewGuid():N}.json");
        var (code, output) = await HospitalProcess.RunAsync(["verify", "--report", report], TimeSpan.FromMinutes(4), Token, environment);
        code.ShouldBe(0, output);
        output.ShouldContain("reads: whole transactions");
        output.ShouldNotContain("without being whole");
        (await File.ReadAllTextAsync(report, Token)).ShouldContain("\"outcome\": \"ok\"");
        File.Delete(report);
        (await roles.InterruptAsync(TimeSpan.FromSeconds(30), Token)).ShouldBe(0, roles.Output);
    }

    /// <summary>
    /// Up to current, without live events: the emulator has no time travel, so verify would find no moment that stands still; and the marts' joins
    /// over aggregates take it minutes. Google's analyser and real dbt hold the marts.
    /// </summary>
    [Fact]
    public async Task The_line_runs_into_BigQuery_with_every_row_once()
    {
        await using var servers = await OutsideServers.StartAsync("postgres", "kafka", "connect", "gcs", "bigquery");
        await servers.CreateDatabaseAsync("hospital", Token);
        var environment = Environment(servers, visits: 50, rate: 0);
        environment["HOSPITAL__Warehouse__Kind"] = "bigquery";
        environment["HOSPITAL__Warehouse__Project"] = OutsideServers.Project;
        environment["HOSPITAL__Warehouse__LoadInterval"] = "00:00:03";
        environment["BIGQUERY_EMULATOR_HOST"] = servers.BigQuery;
        environment["HOSPITAL__Lake__Compression"] = "none"; // The emulator cannot unpack objects.
        await using var roles = HospitalProcess.Run(["producer", "landing", "lakesink", "warehousesink"], environment);
        await ConnectAsync(servers, roles);
        await UntilAsync("50 visits in the hospital", roles, servers, async () => await OneAsync(servers.Postgres("hospital"), "SELECT count(*) FROM visits") >= 50);

        foreach (var table in Captured)
        {
            var hospital = $"SELECT count(*) FROM {table}";
            await UntilAsync($"the rows of {table} in current", roles, servers, async () =>
                await servers.BigQueryOneAsync($"SELECT COUNT(*) FROM hospital.{table} WHERE NOT _deleted", Token) is > 0 and { } rows && rows == await OneAsync(servers.Postgres("hospital"), hospital));
        }

        foreach (var table in Captured)
        {
            (await servers.BigQueryOneAsync($"SELECT COUNT(*) - COUNT(DISTINCT `partition` * 1000000 + `offset`) FROM hospital_raw.{table}", Token)).ShouldBe(0, $"{table}: a record is in raw more than once");
        }

        (await roles.InterruptAsync(TimeSpan.FromSeconds(30), Token)).ShouldBe(0, roles.Output);
    }

    private static Dictionary<string, string> Environment(OutsideServers servers, int visits, int rate) => new()
    {
        ["STORAGE_EMULATOR_HOST"] = servers.Gcs,
        ["HOSPITAL__Kafka__BootstrapServers"] = servers.Kafka,
        ["HOSPITAL__Postgres__ConnectionString"] = servers.Postgres("hospital"),
        ["HOSPITAL__Lake__Kind"] = "gcs",
        ["HOSPITAL__Lake__Bucket"] = "hospital_datalake",
        ["HOSPITAL__LakeSink__MaxAge"] = "00:00:01",
        ["HOSPITAL__Landing__CapturePassword"] = "capture-in-a-test",
        ["HOSPITAL__Producer__HistoryVisits"] = visits.ToString(CultureInfo.InvariantCulture),
        ["HOSPITAL__Producer__Rate"] = rate.ToString(CultureInfo.InvariantCulture),
        ["HOSPITAL__Dashboard__Port"] = "0",
    };

    /// <summary>Debezium takes over as soon as landing has made what it reads.</summary>
    private static async Task ConnectAsync(OutsideServers servers, HospitalProcess roles)
    {
        await Wait.UntilAsync(
            "landing to make its tables and publication",
            TimeSpan.FromSeconds(90),
            async () => await OneAsync(servers.Postgres("hospital"), "SELECT count(*) FROM pg_publication WHERE pubname = 'hospital_publication'") == 1,
            () => roles.Output,
            Token);
        await servers.InstallConnectorAsync(Path.Combine(Checkout.Root, "infra", "connect", "postgres-source.json"), "hospital_capture", "capture-in-a-test", Token);
    }

    private static Task UntilAsync(string what, HospitalProcess roles, OutsideServers servers, Func<Task<bool>> ask) => Wait.UntilAsync(
        what, TimeSpan.FromSeconds(240), ask, () => roles.Output + servers.ConnectorStatusAsync(Token).GetAwaiter().GetResult(), Token);

    /// <summary>The first value of a query; null while its table is not there.</summary>
    private static async Task<long?> OneAsync(string connection, string sql)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await using var command = source.CreateCommand(sql);
            return await command.ExecuteScalarAsync(Token) is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;
        }
        catch (PostgresException notYet) when (notYet.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return null;
        }
    }
}
