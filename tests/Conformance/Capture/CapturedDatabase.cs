using HospitalStreaming.Capture;
using HospitalStreaming.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>A database under capture, and what a test does to it.</summary>
public sealed class CapturedDatabase(CaptureLab lab, string name) : IAsyncDisposable
{
    public string Name => name;

    public string Slot => "slot_" + name;

    public string Prefix => "pre-" + name;

    public string TransactionTopic => Prefix + ".transaction";

    public CaptureLab Lab => lab;

    public string ConnectionString => lab.ConnectionString(name);

    /// <summary>Settings over the defaults of the test: all tables given, quick confirmations.</summary>
    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["Capture:OffsetFlushIntervalMs"] = "100",
        ["Capture:StatusUpdateIntervalMs"] = "50",
        ["Capture:HeartbeatIntervalMs"] = "500",
    };

    /// <summary>Gives the slot back: the server has only so many. Captures of it have ended before.</summary>
    public async ValueTask DisposeAsync()
    {
        await using var connection = await OpenAsync();
        for (var tries = 0; ; tries++)
        {
            try
            {
                await using var drop = new NpgsqlCommand(
                    $"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{Slot}' AND active; "
                    + $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{Slot}'",
                    connection);
                await drop.ExecuteNonQueryAsync(CancellationToken.None);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.ObjectInUse && tries < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var connection = await OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    public async Task<T> ScalarAsync<T>(string query)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(query, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task PublishAsync(params string[] tables)
    {
        await ExecuteAsync($"CREATE PUBLICATION pub_{name} FOR TABLE {string.Join(", ", tables)}");
        Settings["Capture:TableIncludeList"] = string.Join(',', tables.Select(table => "public." + table));
    }

    /// <summary>Waits until everything that is committed now is acknowledged and confirmed.</summary>
    public async Task CaughtUpAsync(CaptureInstance capture)
    {
        var now = HospitalStreaming.Core.Changes.Lsn.Parse(await ScalarAsync<string>("SELECT pg_current_wal_lsn()::text"));
        await capture.UntilAsync(() => capture.Facts.ConfirmedLsn >= now, $"confirmed up to {now}", 60);
    }

    /// <summary>A capture of this database as a service of its own, not started.</summary>
    public CaptureInstance Capture()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = lab.Brokers,
            ["Capture:ConnectionString"] = ConnectionString,
            ["Capture:SlotName"] = Slot,
            ["Capture:PublicationName"] = "pub_" + name,
            ["Capture:TopicPrefix"] = Prefix,
        }).AddInMemoryCollection(Settings).Build();
        var log = new ListLogger();
        var services = new ServiceCollection()
            .AddHospitalDefaults("test")
            .AddLogging(logging => logging.AddProvider(log))
            .AddCaptureRole(configuration)
            .BuildServiceProvider();
        return new CaptureInstance(services, log);
    }
}
