using System.Globalization;
using HospitalStreaming.Broker;
using HospitalStreaming.Capture;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Kafka;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.LakeSink;
using HospitalStreaming.Landing.Schema;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Transform;
using HospitalStreaming.Warehouse.Verify;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Verify;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>A line from a hospital's database to the marts, real at every stop, with rows written straight into the database.</summary>
internal sealed class VerifyLine : IAsyncDisposable
{
    private readonly EmbeddedBroker _broker;
    private readonly string _folder;
    private readonly string _slot;
    private readonly IHost _host;

    private VerifyLine(TestDatabase hospital, TestDatabase warehouse, EmbeddedBroker broker, string folder, string slot)
    {
        (Hospital, Warehouse, _broker, _folder, _slot) = (hospital, warehouse, broker, folder, slot);
        _host = Build();
    }

    public TestDatabase Hospital { get; }

    public TestDatabase Warehouse { get; }

    public string LakeFolder => Path.Combine(_folder, "lake");

    public static async Task<VerifyLine> StartAsync(WarehouseServers servers, string name)
    {
        var token = TestContext.Current.CancellationToken;
        var slot = "slot_" + name;
        await DropSlotAsync(await servers.PostgresAsync(), slot, token);
        var hospital = await TestDatabase.CreateAsync(servers, "hospital_" + name);
        var warehouse = await TestDatabase.CreateAsync(servers, "warehouse_" + name);
        await using (var connection = await hospital.Source.OpenConnectionAsync(token))
        {
            await LandingSchema.EnsureAsync(connection, null, token);
        }

        var folder = TestFolder.Create(name);
        var broker = new EmbeddedBroker(
            new BrokerOptions { Folder = Path.Combine(folder, "broker"), DefaultPartitions = 3 }, NullLoggerFactory.Instance, TimeProvider.System);
        await broker.StartAsync(token);
        var line = new VerifyLine(hospital, warehouse, broker, folder, slot);
        await line._host.Services.GetRequiredService<TopicSetup>().EnsureAsync(token);
        await line._host.StartAsync(token);
        return line;
    }

    public Task<VerifyReport> VerifyAsync() => VerifyAsync(_host.Services.GetRequiredService<LineVerifier>());

    /// <summary>Verifies with a reader of the source that looks for another slot, and is not patient.</summary>
    public Task<VerifyReport> VerifyWithSlotAsync(string slot) => VerifyAsync(new LineVerifier(
        new PostgresLineSource(Hospital.Source, slot),
        new KafkaChangeLog(_host.Services.GetRequiredService<KafkaClients>()),
        _host.Services.GetRequiredService<ILake>(),
        _host.Services.GetRequiredService<IWarehouseReader>(),
        _host.Services.GetRequiredService<IMartsAudit>(),
        HospitalSchema.CapturedTables,
        TimeSpan.Zero));

    /// <summary>Publishes the marts as the transform would.</summary>
    public Task BuildMartsAsync() =>
        _host.Services.GetRequiredService<ModelRunner>().BuildAllAsync(everything: false, test: false, TestContext.Current.CancellationToken);

    /// <summary>Verifies, and fails with all it printed unless everything was checked and nothing differs.</summary>
    public async Task CleanAsync(string when)
    {
        var report = await VerifyAsync();
        report.ExitCode.ShouldBe(0, $"{when}: {string.Join('\n', report.Lines())}\n{Health()}");
    }

    /// <summary>Changes that raw holds by now.</summary>
    public async Task<long> ChangesAsync() => long.Parse(await Warehouse.TextAsync("SELECT count(*) FROM hospital_raw.visits"), CultureInfo.InvariantCulture);

    /// <summary>What the roles say of themselves, for messages.</summary>
    public string Health() => string.Join("; ", _host.Services.GetRequiredService<RoleHealth>().States.Select(state => $"{state.Role} {state.Condition} {state.Detail}"));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        await _broker.DisposeAsync();
        await DropSlotAsync(Hospital.ConnectionString, _slot, CancellationToken.None);
        await Hospital.DisposeAsync();
        await Warehouse.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<VerifyReport> VerifyAsync(LineVerifier verifier) => verifier.RunAsync(new Progress<string>(), TestContext.Current.CancellationToken);

    private IHost Build()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_broker.Port}"),
            ["Postgres:ConnectionString"] = Hospital.ConnectionString,
            ["Capture:SlotName"] = _slot,
            ["Capture:OffsetFlushIntervalMs"] = "100",
            ["Capture:StatusUpdateIntervalMs"] = "50",
            ["Lake:Folder"] = LakeFolder,
            ["Warehouse:ConnectionString"] = Warehouse.ConnectionString,
            ["Transform:ModelsFolder"] = Repository.Models,
        }).Build();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.Services.AddHospitalDefaults("verify-test").AddKafka(configuration);
        builder.Services.AddLineVerifier(configuration).AddModelRunner(configuration).AddSingleton<IMartsAudit, ModelsAudit>();
        builder.Services.AddCaptureRole(configuration).AddLakeSinkRole(configuration).AddWarehouseSinkRole(configuration);
        return builder.Build();
    }

    private static async Task DropSlotAsync(string server, string slot, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = @slot AND NOT active");
        command.Parameters.AddWithValue("slot", slot);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
