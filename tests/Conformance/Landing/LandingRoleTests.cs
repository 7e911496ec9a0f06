using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Broker;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Landing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;
using static HospitalStreaming.Tests.Conformance.Landing.Ward;

namespace HospitalStreaming.Tests.Conformance.Landing;

/// <summary>The whole role on a real broker and a real database.</summary>
public sealed class LandingRoleTests(HospitalServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-landing-broker-" + Path.GetRandomFileName());
    private EmbeddedBroker _broker = null!;
    private NpgsqlDataSource _database = null!;
    private string _connectionString = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { Folder = _folder, DefaultPartitions = 3 }, NullLoggerFactory.Instance, TimeProvider.System);
        await _broker.StartAsync(LandingBed.Token);
        _connectionString = await server.NewDatabaseAsync();
        _database = NpgsqlDataSource.Create(_connectionString);
        await using var services = Services();
        await services.GetRequiredService<TopicSetup>().EnsureAsync(LandingBed.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Lands_what_the_topics_hold_dead_letters_the_rest_and_goes_on_after_a_restart()
    {
        await using (var services = await StartAsync())
        {
            await ProduceAsync(services, [Doctor(1), Patient(1), Medicine(1), Bill(4, 3), Prescription(5, 3), Visit(3)]);
            await ProduceRawAsync(services, HospitalSchema.Visits, "9", Encoding.UTF8.GetBytes("no event"));
            await UntilAsync("6 rows", "SELECT (SELECT count(*) FROM billing_payments) + (SELECT count(*) FROM prescriptions) + (SELECT count(*) FROM visits)", 3L);
            await UntilAsync("a letter", () => services.GetRequiredService<LineMeters>().Roles[RoleNames.Landing].DeadLettered == 1);
            services.GetRequiredService<RoleHealth>().States.Single().Condition.ShouldBe(RoleCondition.Healthy);
            DeadLetters(services).ShouldBe(["bad_json landing topic_visits"]);
            await StopAsync(services);
        }

        var before = await AskAsync("SELECT string_agg(xmin::text || visit_id, ',') FROM visits");
        await using (var services = await StartAsync())
        {
            await ProduceAsync(services, [Visit(6), Bill(4, 6, "Paid")]);
            await UntilAsync("the bill is paid", "SELECT count(*) FROM billing_payments WHERE payment_status = 'Paid'", 1L);
            (await AskAsync("SELECT string_agg(xmin::text || visit_id, ',') FROM visits WHERE visit_id = 3")).ShouldBe(before);
            await StopAsync(services);
        }
    }

    [Fact]
    public async Task The_canary_beats_and_can_be_kept_silent()
    {
        await using (var services = await StartAsync(("Landing:CanaryInterval", "00:00:00.1")))
        {
            await UntilAsync("three beats", "SELECT coalesce(max(beat), 0) >= 3 FROM line_canary", true);
            await StopAsync(services);
        }

        var beats = await AskAsync("SELECT beat FROM line_canary");
        await using (var services = await StartAsync(("Landing:Canary", "false")))
        {
            await ProduceAsync(services, [Patient(1)]);
            await UntilAsync("a patient", "SELECT count(*) FROM patients", 1L);
            (await AskAsync("SELECT beat FROM line_canary")).ShouldBe(beats);
            await StopAsync(services);
        }
    }

    [Fact]
    public async Task A_database_that_refuses_connections_makes_the_role_unhealthy_until_it_is_back()
    {
        await using var services = await StartAsync(("Landing:Canary", "false"));
        await ProduceAsync(services, [Patient(1)]);
        await UntilAsync("a patient", "SELECT count(*) FROM patients", 1L);
        var name = new NpgsqlConnectionStringBuilder(_connectionString).Database;
        await AskAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS false", "postgres");
        await AskAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'", "postgres");
        await UntilAsync("unhealthy", () => services.GetRequiredService<RoleHealth>().States.Single().Condition == RoleCondition.Unhealthy);
        await ProduceAsync(services, [Patient(4)]);
        await AskAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS true", "postgres");
        NpgsqlConnection.ClearAllPools();

        await UntilAsync("both patients", "SELECT count(*) FROM patients", 2L);
        await UntilAsync("healthy", () => services.GetRequiredService<RoleHealth>().States.Single().Condition == RoleCondition.Healthy);
        await StopAsync(services);
    }

    [Fact]
    public async Task A_topic_made_anew_stops_the_role_and_says_what_to_do()
    {
        await using (var services = await StartAsync())
        {
            await ProduceAsync(services, [Patient(1)]);
            await UntilAsync("a patient", "SELECT count(*) FROM patients", 1L);
            await StopAsync(services);
            using var admin = services.GetRequiredService<KafkaClients>().Admin("test");
            await admin.DeleteTopicsAsync(["topic_patients"]);
            await UntilAsync("the topic is gone", () => admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.All(topic => topic.Topic != "topic_patients"));
        }

        await using (var services = await StartAsync())
        {
            var health = services.GetRequiredService<RoleHealth>();
            await UntilAsync("unhealthy", () => health.States.Any(state => state.Role == RoleNames.Landing && state.Condition == RoleCondition.Unhealthy && state.Detail.Contains("made anew", StringComparison.Ordinal)));
            health.States.Single().Detail.ShouldContain("landing.offsets");
            await AskAsync("DELETE FROM landing.offsets WHERE topic = 'topic_patients'");
            await ProduceAsync(services, [Patient(4)]);
            await UntilAsync("the new patient", "SELECT count(*) FROM patients", 2L);
            await StopAsync(services);
        }
    }

    private async Task<ServiceProvider> StartAsync(params (string Key, string Value)[] settings)
    {
        var services = Services(settings);
        await services.GetRequiredService<TopicSetup>().EnsureAsync(LandingBed.Token);
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(LandingBed.Token);
        }

        return services;
    }

    private static async Task StopAsync(ServiceProvider services)
    {
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StopAsync(LandingBed.Token);
        }
    }

    private ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))
                .Append(new("Kafka:BootstrapServers", _broker.BootstrapServers))
                .Append(new("Postgres:ConnectionString", _connectionString))).Build();
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RoleHealth>()
            .AddSingleton<LineMeters>()
            .AddLandingRole(configuration)
            .BuildServiceProvider();
    }

    private static async Task ProduceAsync(ServiceProvider services, IEnumerable<HospitalEvent> events)
    {
        using var encoder = new EventEncoder();
        using var producer = services.GetRequiredService<KafkaClients>().Producer("test");
        foreach (var change in events)
        {
            await producer.ProduceAsync(change.Table.Topic, new() { Key = EventEncoder.EncodeKey(change.Key), Value = encoder.Encode(change) }, LandingBed.Token);
        }
    }

    private static async Task ProduceRawAsync(ServiceProvider services, TableDescription table, string key, byte[] value)
    {
        using var producer = services.GetRequiredService<KafkaClients>().Producer("test");
        await producer.ProduceAsync(table.Topic, new() { Key = Encoding.UTF8.GetBytes(key), Value = value }, LandingBed.Token);
    }

    private static List<string> DeadLetters(ServiceProvider services)
    {
        using var reader = services.GetRequiredService<KafkaClients>().Reader("test");
        reader.Assign(new TopicPartitionOffset(TopicNames.DeadLetters, 0, 0));
        var letter = reader.Consume(TimeSpan.FromSeconds(10)).ShouldNotBeNull();
        return [string.Join(' ', new[] { "dlq.reason", "dlq.stage", "dlq.topic" }.Select(name => Encoding.UTF8.GetString(letter.Message.Headers.GetLastBytes(name))))];
    }

    private Task UntilAsync<T>(string what, string sql, T expected) => UntilAsync(what, () =>
    {
        try
        {
            return Equals(AskAsync(sql).GetAwaiter().GetResult(), expected);
        }
        catch (PostgresException)
        {
            // The schema is still being made, or the database is being refused on purpose.
            return false;
        }
    });

    private static async Task UntilAsync(string what, Func<bool> holds)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await Task.Run(holds))
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(Limit, $"not reached: {what}");
            await Task.Delay(20, LandingBed.Token);
        }
    }

    private async Task<object?> AskAsync(string sql, string? database = null)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Database = database ?? new NpgsqlConnectionStringBuilder(_connectionString).Database, Pooling = false }.ConnectionString);
        await connection.OpenAsync(LandingBed.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(LandingBed.Token);
    }
}
