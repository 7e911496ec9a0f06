using System.Globalization;
using Confluent.Kafka.Admin;
using HospitalStreaming.Broker;
using HospitalStreaming.Capture;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Kafka;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
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
    private readonly IHost _host;

    private VerifyLine(TestDatabase hospital, TestDatabase warehouse, EmbeddedBroker broker, string folder, string slot, bool capture, (string Name, string Value)[] settings)
    {
        (Hospital, Warehouse, _broker, _folder, Slot) = (hospital, warehouse, broker, folder, slot);
        _host = Build(capture, settings);
    }

    public TestDatabase Hospital { get; }

    public TestDatabase Warehouse { get; }

    public string Slot { get; }

    public ILake Lake => _host.Services.GetRequiredService<ILake>();

    public KafkaClients Kafka => _host.Services.GetRequiredService<KafkaClients>();

    public IWarehouseReader Reader => _host.Services.GetRequiredService<IWarehouseReader>();

    public string LakeFolder => Path.Combine(_folder, "lake");

    public static Task<VerifyLine> StartAsync(WarehouseServers servers, string name, bool capture = true, params (string Name, string Value)[] settings) =>
        StartAsync(servers, name, null, capture, settings);

    /// <summary>A line that captures and loads other tables beside the hospital's own.</summary>
    /// <param name="servers">Servers.</param>
    /// <param name="name">Name of the line.</param>
    /// <param name="beside">Their names, the SQL that makes them, and the file that describes them.</param>
    public static Task<VerifyLine> StartAsync(WarehouseServers servers, string name, (string[] Names, string Sql, string Description) beside) => StartAsync(
        servers,
        name,
        beside,
        capture: true,
        [
            ("Capture:TableIncludeList", string.Join(',', HospitalSchema.CapturedTables.Select(table => table.Name).Concat(beside.Names).Select(table => "public." + table))),
            ("LakeSink:Topics:0", @"^postgres-source\.public\..*"),
        ]);

    private static async Task<VerifyLine> StartAsync(
        WarehouseServers servers, string name, (string[] Names, string Sql, string Description)? beside, bool capture, (string Name, string Value)[] settings)
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
        if (beside is { } others)
        {
            await hospital.RunAsync($"{others.Sql}; ALTER PUBLICATION hospital_publication ADD TABLE {string.Join(", ", others.Names)}");
            var file = Path.Combine(folder, "tables.json");
            await File.WriteAllTextAsync(file, others.Description, token);
            settings = [.. settings, ("WarehouseSink:Tables", file)];
        }

        var broker = new EmbeddedBroker(
            new BrokerOptions { Folder = Path.Combine(folder, "broker"), DefaultPartitions = 3 }, NullLoggerFactory.Instance, TimeProvider.System);
        await broker.StartAsync(token);
        var line = new VerifyLine(hospital, warehouse, broker, folder, slot, capture, settings);
        await line._host.Services.GetRequiredService<TopicSetup>().EnsureAsync(token);
        if (beside is { } known)
        {
            using var admin = line.Kafka.Admin("test");
            await admin.CreateTopicsAsync(known.Names.Select(table => new TopicSpecification { Name = TopicNames.ChangesOf(table), NumPartitions = 3, ReplicationFactor = 1 }));
        }

        await line._host.StartAsync(token);
        return line;
    }

    public Task<VerifyReport> VerifyAsync() => VerifyAsync(_host.Services.GetRequiredService<LineVerifier>());

    /// <summary>Verifies, and reads the topics too.</summary>
    public Task<VerifyReport> VerifyWithTopicsAsync() =>
        _host.Services.GetRequiredService<LineVerifier>().RunAsync(new Progress<string>(), readTopics: true, TestContext.Current.CancellationToken);

    /// <summary>Verifies with a reader of the source that looks for another slot, and is not patient.</summary>
    public Task<VerifyReport> VerifyWithSlotAsync(string slot) => VerifyAsync(Verifier(slot, _host.Services.GetRequiredService<IMartsAudit>(), TimeSpan.Zero));

    /// <summary>Verifies all but the marts.</summary>
    public Task<VerifyReport> VerifyWithoutMartsAsync(TimeSpan patience) => VerifyAsync(Verifier(Slot, null, patience));

    private LineVerifier Verifier(string slot, IMartsAudit? marts, TimeSpan patience) => new(
        new PostgresLineSource(Hospital.Source, slot),
        new KafkaChangeLog(_host.Services.GetRequiredService<KafkaClients>()),
        _host.Services.GetRequiredService<ILake>(),
        _host.Services.GetRequiredService<IWarehouseReader>(),
        marts,
        HospitalSchema.CapturedTables,
        patience);

    /// <summary>A topic's objects, chain by chain in log order.</summary>
    public async Task<List<LakeObject>> ObjectsAsync(string topic)
    {
        var token = TestContext.Current.CancellationToken;
        var found = new List<LakeObject>();
        var life = (await StreamEpochs.ReadAsync(Lake, topic, token))[^1];
        foreach (var day in await Lake.DaysAsync(topic, token))
        {
            for (var partition = 0; partition < life.Partitions; partition++)
            {
                await foreach (var item in Lake.ListAsync(new LakeStream(topic, life.Epoch, partition), day, 0, token))
                {
                    found.Add(item);
                }
            }
        }

        return found;
    }

    /// <summary>The topic's object with the most records.</summary>
    public async Task<LakeObject> LargestObjectAsync(string topic) => (await ObjectsAsync(topic)).MaxBy(item => item.Manifest!.Rows)!;

    /// <summary>An object's file and what lies beside it.</summary>
    public List<string> LakeFilesOf(LakeObjectName name)
    {
        var path = Path.Combine(LakeFolder, name.ToString());
        return [.. Directory.GetFiles(Path.GetDirectoryName(path)!, "*" + name.StartOffset.ToString("D20", CultureInfo.InvariantCulture) + "*")
            .Where(file => Path.GetFileName(file).Contains(Path.GetFileName(path).Split('.')[0], StringComparison.Ordinal))];
    }

    /// <summary>Waits until all that was written is in the warehouse, and publishes the marts as the transform would.</summary>
    public async Task SettleAsync()
    {
        (await VerifyWithoutMartsAsync(TimeSpan.FromSeconds(60))).Checks[0].NotChecked.ShouldBeNull(Health());
        await _host.Services.GetRequiredService<ModelRunner>().BuildAllAsync(everything: false, test: false, TestContext.Current.CancellationToken);
    }

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
        await DropSlotAsync(Hospital.ConnectionString, Slot, CancellationToken.None);
        await Hospital.DisposeAsync();
        await Warehouse.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<VerifyReport> VerifyAsync(LineVerifier verifier) => verifier.RunAsync(new Progress<string>(), TestContext.Current.CancellationToken);

    private IHost Build(bool capture, (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_broker.Port}"),
            ["Postgres:ConnectionString"] = Hospital.ConnectionString,
            ["Capture:SlotName"] = Slot,
            ["Capture:OffsetFlushIntervalMs"] = "100",
            ["Capture:StatusUpdateIntervalMs"] = "50",
            ["Lake:Folder"] = LakeFolder,
            ["Warehouse:ConnectionString"] = Warehouse.ConnectionString,
            ["Transform:ModelsFolder"] = Repository.Models,
        }).AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.Services.AddHospitalDefaults("verify-test").AddKafka(configuration);
        builder.Services.AddLineVerifier(configuration).AddModelRunner(configuration).AddSingleton<IMartsAudit, ModelsAudit>();
        if (capture)
        {
            builder.Services.AddCaptureRole(configuration);
        }

        builder.Services.AddLakeSinkRole(configuration).AddWarehouseSinkRole(configuration);
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
