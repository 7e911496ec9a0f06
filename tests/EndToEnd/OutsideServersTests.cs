using System.Globalization;
using HospitalStreaming.Tests.EndToEnd.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd;

/// <summary>The same roles on servers that are not ours: Kafka, PostgreSQL 15, Debezium instead of our capture, a bucket instead of a folder, either warehouse.</summary>
public sealed class OutsideServersTests
{
    [Theory]
    [InlineData("postgres", 500)]
    [InlineData("bigquery", 100)]
    public async Task The_line_runs_on_Kafka_PostgreSQL_15_Debezium_a_bucket_and_either_warehouse_and_verifies_clean(string warehouse, int visits)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var servers = await OutsideServers.StartAsync(["postgres", "kafka", "connect", "gcs", .. warehouse == "bigquery" ? ["bigquery"] : Array.Empty<string>()]);
        await servers.CreateDatabaseAsync("hospital", cancellation);
        await servers.CreateDatabaseAsync("warehouse", cancellation);
        var environment = new Dictionary<string, string>
        {
            ["STORAGE_EMULATOR_HOST"] = servers.Gcs,
            ["HOSPITAL__Kafka__BootstrapServers"] = servers.Kafka,
            ["HOSPITAL__Postgres__ConnectionString"] = servers.Postgres("hospital"),
            ["HOSPITAL__Lake__Kind"] = "gcs",
            ["HOSPITAL__Lake__Bucket"] = "hospital_datalake",
            ["HOSPITAL__LakeSink__MaxAge"] = "00:00:01",
            ["HOSPITAL__Warehouse__Kind"] = warehouse,
            ["HOSPITAL__Landing__CapturePassword"] = "capture-in-a-test",
            ["HOSPITAL__Producer__HistoryVisits"] = visits.ToString(CultureInfo.InvariantCulture),
            ["HOSPITAL__Producer__Rate"] = "20",
            ["HOSPITAL__Dashboard__Port"] = "0",
        };
        foreach (var (name, value) in warehouse == "bigquery" ? BigQuery(servers) : Postgres(servers))
        {
            environment[name] = value;
        }

        await using var roles = HospitalProcess.Run(["producer", "landing", "lakesink", "warehousesink", "transform", "dashboard"], environment);
        await Wait.UntilAsync("landing to make its tables and publication", TimeSpan.FromSeconds(90), () => ExistsAsync(servers.Postgres("hospital"), "SELECT 1 FROM pg_publication WHERE pubname = 'hospital_publication'", cancellation),
            () => roles.Output, cancellation);
        await servers.InstallConnectorAsync(Path.Combine(Checkout.Root, "infra", "connect", "postgres-source.json"), "hospital_capture", "capture-in-a-test", cancellation);
        var overview = $"SELECT 1 FROM hospital_marts.hospital_overview WHERE hospital_id = 'all' AND visits >= {visits}";
        await Wait.UntilAsync(
            $"{visits} visits in the marts",
            TimeSpan.FromSeconds(240),
            () => warehouse == "bigquery" ? servers.BigQueryHasAsync(overview, cancellation) : ExistsAsync(servers.Postgres("warehouse"), overview, cancellation),
            () => roles.Output + servers.ConnectorStatusAsync(cancellation).GetAwaiter().GetResult(), cancellation);

        var (code, output) = await HospitalProcess.RunAsync(["verify"], TimeSpan.FromMinutes(4), cancellation, environment);
        code.ShouldBe(0, output);
        (await roles.InterruptAsync(TimeSpan.FromSeconds(30), cancellation)).ShouldBe(0, roles.Output);
    }

    private static Dictionary<string, string> Postgres(OutsideServers servers) => new() { ["HOSPITAL__Warehouse__ConnectionString"] = servers.Postgres("warehouse") };

    // The emulator cannot unpack objects, and has no quota to spare.
    private static Dictionary<string, string> BigQuery(OutsideServers servers) => new()
    {
        ["BIGQUERY_EMULATOR_HOST"] = servers.BigQuery,
        ["HOSPITAL__Warehouse__Project"] = "hospital-local",
        ["HOSPITAL__Warehouse__LoadInterval"] = "00:00:01",
        ["HOSPITAL__Lake__Compression"] = "none",
    };

    private static async Task<bool> ExistsAsync(string connection, string sql, CancellationToken cancellation)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await using var command = source.CreateCommand(sql);
            return await command.ExecuteScalarAsync(cancellation) is not null;
        }
        catch (PostgresException notYet) when (notYet.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return false;
        }
    }
}
