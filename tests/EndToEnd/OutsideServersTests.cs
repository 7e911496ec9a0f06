using HospitalStreaming.Tests.EndToEnd.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd;

/// <summary>The same roles on servers that are not ours: Kafka, PostgreSQL 15, Debezium instead of our capture, a bucket instead of a folder.</summary>
public sealed class OutsideServersTests
{
    private const int Visits = 500;

    [Fact]
    public async Task The_line_runs_on_Kafka_PostgreSQL_15_Debezium_and_a_bucket_and_verifies_clean()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var servers = await OutsideServers.StartAsync("postgres", "kafka", "connect", "gcs");
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
            ["HOSPITAL__Warehouse__Kind"] = "postgres",
            ["HOSPITAL__Warehouse__ConnectionString"] = servers.Postgres("warehouse"),
            ["HOSPITAL__Landing__CapturePassword"] = "capture-in-a-test",
            ["HOSPITAL__Producer__HistoryVisits"] = Visits.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["HOSPITAL__Producer__Rate"] = "20",
            ["HOSPITAL__Dashboard__Port"] = "0",
        };
        await using var roles = HospitalProcess.Run(["producer", "landing", "lakesink", "warehousesink", "transform", "dashboard"], environment);
        await Wait.UntilAsync("landing to make its tables and publication", TimeSpan.FromSeconds(90), () => ExistsAsync(servers.Postgres("hospital"), "SELECT 1 FROM pg_publication WHERE pubname = 'hospital_publication'", cancellation),
            () => roles.Output, cancellation);
        await servers.InstallConnectorAsync(Path.Combine(Checkout.Root, "infra", "connect", "postgres-source.json"), "hospital_capture", "capture-in-a-test", cancellation);
        await Wait.UntilAsync($"{Visits} visits in the marts", TimeSpan.FromSeconds(180), () => ExistsAsync(servers.Postgres("warehouse"), $"SELECT 1 FROM hospital_marts.hospital_overview WHERE hospital_id = 'all' AND visits >= {Visits}", cancellation),
            () => roles.Output + servers.ConnectorStatusAsync(cancellation).GetAwaiter().GetResult(), cancellation);

        var (code, output) = await HospitalProcess.RunAsync(["verify"], TimeSpan.FromMinutes(4), cancellation, environment);
        code.ShouldBe(0, output);
        (await roles.InterruptAsync(TimeSpan.FromSeconds(30), cancellation)).ShouldBe(0, roles.Output);
    }

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
