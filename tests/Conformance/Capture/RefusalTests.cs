using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Capture.State;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Health;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>Where only somebody's decision helps, capture stops and says so; it never makes a fresh slot in silence.</summary>
[Collection(CaptureCollection.Name)]
public sealed class RefusalTests(CaptureLab lab)
{
    [Fact]
    public async Task A_dropped_slot()
    {
        await using var database = await CapturedOnceAsync("dropped");
        await database.ExecuteAsync($"SELECT pg_drop_replication_slot('{database.Slot}')", "INSERT INTO items VALUES (2, 0)");
        await RefusesAsync(database, "is missing at the source");
        (await database.ScalarAsync<long>($"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{database.Slot}'")).ShouldBe(0);
        ChangeLog.Read(database).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_slot_dropped_while_capture_runs()
    {
        await using var database = await TableAsync("droprun");
        await using var capture = await database.Capture().StreamingAsync();
        for (var dropped = false; !dropped;)
        {
            await database.ExecuteAsync($"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{database.Slot}' AND active");
            try
            {
                await database.ExecuteAsync($"SELECT pg_drop_replication_slot('{database.Slot}')");
                dropped = true;
            }
            catch (Npgsql.PostgresException busy) when (busy.SqlState == Npgsql.PostgresErrorCodes.ObjectInUse)
            {
                // Capture was back before us.
            }
        }

        await capture.UntilAsync(() => capture.Health is { Condition: RoleCondition.Unhealthy } health && health.Detail.Contains("is missing at the source", StringComparison.Ordinal), "refusing");
    }

    [Fact]
    public async Task A_slot_moved_by_hand()
    {
        await using var database = await CapturedOnceAsync("moved");
        await database.ExecuteAsync("INSERT INTO items VALUES (2, 0)", $"SELECT pg_replication_slot_advance('{database.Slot}', pg_current_wal_lsn())");
        await RefusesAsync(database, "was moved by hand");
    }

    [Fact]
    public async Task A_slot_made_anew_by_hand()
    {
        await using var database = await CapturedOnceAsync("anew");
        await database.ExecuteAsync(
            $"SELECT pg_drop_replication_slot('{database.Slot}')", "INSERT INTO items VALUES (2, 0)", $"SELECT pg_create_logical_replication_slot('{database.Slot}', 'pgoutput')");
        await RefusesAsync(database, "was moved by hand");
    }

    [Fact]
    public async Task A_slot_that_nobody_remembers()
    {
        await using var database = await TableAsync("foreign");
        await database.ExecuteAsync($"SELECT pg_create_logical_replication_slot('{database.Slot}', 'pgoutput')");
        await RefusesAsync(database, "knows nothing of it");
    }

    [Fact]
    public async Task Another_cluster_another_timeline_and_an_older_copy()
    {
        foreach (var (name, change, words) in new (string, Func<CaptureState, CaptureState>, string)[]
        {
            ("cluster", state => state with { SystemId = "1" }, "another PostgreSQL cluster"),
            ("timeline", state => state with { Timeline = 99 }, "timeline"),
            ("older", state => state with { Position = new Lsn(state.Position.Value + (1UL << 40)) }, "an older copy"),
        })
        {
            await using var database = await CapturedOnceAsync(name);
            await RememberAsync(database, change);
            await RefusesAsync(database, words);
        }
    }

    [Fact]
    public async Task A_missing_publication_is_waited_for_and_everything_missing_is_named_at_once()
    {
        await using var database = await lab.DatabaseAsync("waits");
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, amount int)", "CREATE TABLE loose (id int)");
        database.Settings["Capture:TableIncludeList"] = "public.items,public.loose,public.absent";
        await using var capture = database.Capture();
        await capture.StartAsync();
        await capture.UntilAsync(() => capture.Health?.Detail.Contains("CREATE PUBLICATION", StringComparison.Ordinal) == true, "asking for the publication");
        var detail = capture.Health!.Detail;
        capture.Health.Condition.ShouldBe(RoleCondition.Starting);
        detail.ShouldContain("table public.absent does not exist");
        detail.ShouldContain("ALTER TABLE \"public\".\"loose\" REPLICA IDENTITY FULL");
        await database.ExecuteAsync(
            "CREATE TABLE absent (id int PRIMARY KEY)", "ALTER TABLE loose ADD PRIMARY KEY (id)", $"CREATE PUBLICATION pub_{database.Name} FOR TABLE items, loose, absent");
        await capture.UntilAsync(() => capture.Facts.Phase == "streaming" && capture.Health is { Condition: RoleCondition.Healthy }, "streaming");
    }

    [Fact]
    public async Task A_table_taken_out_of_the_publication_raises_an_alarm_while_the_rest_goes_on()
    {
        await using var database = await TableAsync("taken");
        await database.ExecuteAsync("CREATE TABLE others (id int PRIMARY KEY)", $"ALTER PUBLICATION pub_{database.Name} ADD TABLE others");
        database.Settings["Capture:TableIncludeList"] = "public.items,public.others";
        await using var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync($"ALTER PUBLICATION pub_{database.Name} DROP TABLE others", "INSERT INTO items VALUES (2, 0)");
        await capture.UntilAsync(() => capture.Health is { Condition: RoleCondition.Unhealthy } health && health.Detail.Contains("lacks public.others", StringComparison.Ordinal), "alarmed");
        await capture.UntilAsync(() => capture.Facts.Events >= 1, "going on");
    }

    private async Task<CapturedDatabase> TableAsync(string name)
    {
        var database = await lab.DatabaseAsync(name);
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, amount int)");
        await database.PublishAsync("items");
        return database;
    }

    private async Task<CapturedDatabase> CapturedOnceAsync(string name)
    {
        var database = await TableAsync(name);
        await database.ExecuteAsync("INSERT INTO items VALUES (1, 0)");
        await (await database.Capture().StreamingAsync()).StopAsync();
        return database;
    }

    private static async Task RefusesAsync(CapturedDatabase database, string words)
    {
        await using var capture = database.Capture();
        await capture.StartAsync();
        await capture.UntilAsync(() => capture.Health is { Condition: RoleCondition.Unhealthy }, "refusing");
        capture.Health!.Detail.ShouldContain(words);
        capture.Facts.Phase.ShouldBe("stopped");
    }

    private async Task RememberAsync(CapturedDatabase database, Func<CaptureState, CaptureState> change)
    {
        var source = new CaptureState
        {
            Phase = CapturePhase.Streaming,
            SystemId = await database.ScalarAsync<string>("SELECT system_identifier::text FROM pg_control_system()"),
            Timeline = 1,
            Database = database.Name,
            Position = Lsn.Parse(await database.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text")),
        };
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = lab.Brokers }).Build();
        await producer.ProduceAsync(
            TopicNames.CaptureState,
            new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(database.Slot), Value = CaptureStateCodec.Write(change(source)) },
            TestContext.Current.CancellationToken);
    }
}
