using System.Text;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

/// <summary>The crash points K7 to K10 of the protocol, and two writers that do not know of each other.</summary>
public sealed class LakeSinkCrashTests
{
    [Fact]
    [Trait("Kind", "Soak")]
    public Task A_kill_before_or_after_an_upload_loses_and_doubles_nothing() => FaultReport.RunAsync(FaultKinds.SinkCrash, 2, CrashesAsync);

    [Fact]
    public async Task A_lost_reply_is_recognised_as_our_own_object()
    {
        await using var line = await SinkLine.StartAsync(1);
        await line.ProduceAsync(0, 100);
        line.Settings["LakeSink:MaxRows"] = "30";
        var tap = new TapLake(line.Folder);
        var lost = new HashSet<string>();
        tap.After = (name, _) => lost.Add(name.ToString()) ? throw new LakeException("the reply was lost") : Task.CompletedTask;

        var sink = await line.SinkAsync(tap);
        var records = await line.AllInLakeAsync();

        lost.Count.ShouldBeGreaterThanOrEqualTo(4);
        records.Count.ShouldBe(100);
        tap.Created.ShouldBe(await line.ObjectCountAsync());
        await SinkLine.UntilAsync(() => Task.FromResult(sink.Status.Topics.Single().Rows == 100), "each object to count as written by us, once");
    }

    [Fact]
    public async Task Two_writers_at_once_build_one_chain()
    {
        await using var line = await SinkLine.StartAsync();
        await line.ProduceAsync(0, 500);

        // Two groups: both hold every partition, as a zombie and its successor would, and they cut differently.
        line.Settings["LakeSink:MaxRows"] = "7";
        await line.SinkAsync(line.OpenFolder());
        line.Settings["LakeSink:MaxRows"] = "11";
        line.Settings["LakeSink:Group"] = "another";
        await line.SinkAsync(line.OpenFolder());
        for (var i = 0; i < 10; i++)
        {
            await line.ProduceAsync(500 + (i * 100), 600 + (i * 100));
        }

        var records = await line.AllInLakeAsync();
        records.Count.ShouldBe(1_500);
        Distinct(records.Select(record => record.Value!.Value)).ShouldBe(1_500);
    }

    [Fact]
    public async Task A_zombie_that_wakes_up_late_adopts_what_others_wrote()
    {
        await using var line = await SinkLine.StartAsync(1);
        await line.ProduceAsync(0, 100);
        var asleep = new TaskCompletionSource();
        var awake = new TaskCompletionSource();
        var tap = new TapLake(line.OpenFolder())
        {
            Before = (_, _) =>
            {
                asleep.TrySetResult();
                return awake.Task;
            },
        };
        line.Settings["LakeSink:MaxRows"] = "33";
        var zombie = await line.SinkAsync(tap);
        await asleep.Task;

        line.Settings["LakeSink:Group"] = "successor";
        line.Settings["LakeSink:MaxRows"] = "10";
        var successor = await line.SinkAsync();
        await line.AllInLakeAsync();
        await line.StopAsync(successor);
        awake.SetResult();

        await SinkLine.UntilAsync(() => Task.FromResult(zombie.Status.Topics.SingleOrDefault()?.Heads[0] == 100), "the zombie to catch up");
        tap.Created.ShouldBe(0);
        await line.ProduceAsync(100, 150);
        (await line.AllInLakeAsync()).Count.ShouldBe(150);
    }

    [Fact]
    public async Task A_missing_object_stops_its_partition_and_no_other()
    {
        await using var line = await SinkLine.StartAsync();
        line.Settings["LakeSink:MaxRows"] = "10";
        await line.ProduceAsync(0, 300);
        var sink = await line.SinkAsync();
        await line.AllInLakeAsync();
        await line.StopAsync(sink);
        var chain = await ChainWindow.ReadAsync(line.Folder, (await line.StreamsAsync())[0], null, TestContext.Current.CancellationToken);
        File.Delete(line.Folder.AddressOf(chain[2].Name));
        File.Delete(line.Folder.AddressOf(chain[2].Name) + ".meta");
        await line.SetCommittedAsync(null);

        sink = await line.SinkAsync();
        await line.ProduceAsync(300, 600);

        var ends = await line.EndsAsync();
        await SinkLine.UntilAsync(
            () => Task.FromResult(sink.Status.Topics.SingleOrDefault() is { } topic && topic.Heads.Count(head => head.Value == ends[head.Key].Offset) == 2),
            "the other partitions to go on");
        sink.Health!.Condition.ShouldBe(RoleCondition.Unhealthy);
        sink.Health.Detail.ShouldContain($"offsets {chain[2].Name.StartOffset} to {chain[2].Manifest!.Next - 1} are in no object");
    }

    [Fact]
    public async Task A_foreign_object_at_our_start_stops_the_partition()
    {
        await using var line = await SinkLine.StartAsync(1);
        var tap = new TapLake(line.Folder)
        {
            Before = async (name, token) =>
            {
                var path = line.Folder.AddressOf(name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, "not ours", token);
            },
        };
        await line.ProduceAsync(0, 10);

        var sink = await line.SinkAsync(tap);

        await SinkLine.UntilAsync(() => Task.FromResult(sink.Health?.Condition == RoleCondition.Unhealthy), "the role to say so");
        sink.Health!.Detail.ShouldContain("is taken by something that is not a whole object of ours");
    }

    private static async Task CrashesAsync(int seed)
    {
        await using var line = await SinkLine.StartAsync();
        await line.ProduceAsync(0, 1_000);
        var random = new Random(seed);
        line.Settings["LakeSink:MaxRows"] = "40";
        var crashes = 0;
        for (var round = 0; round < 6; round++)
        {
            var tap = new TapLake(line.OpenFolder());
            var left = random.Next(8);
            Task Die()
            {
                if (Interlocked.Decrement(ref left) < 0)
                {
                    Interlocked.Increment(ref crashes);
                    throw new InvalidOperationException("killed");
                }

                return Task.CompletedTask;
            }

            if (round % 2 == 0)
            {
                tap.After = (_, _) => Die();
            }
            else
            {
                tap.Before = (_, _) => Die();
            }

            var sink = await line.SinkAsync(tap);
            await SinkLine.UntilAsync(() => Task.FromResult(left < 0), "the crash");
            await line.StopAsync(sink);

            // More objects than the next crash may wait for, whatever the seed.
            await line.ProduceAsync(1_000 + (round * 400), 1_400 + (round * 400));
        }

        await line.SinkAsync();
        var records = await line.AllInLakeAsync();

        crashes.ShouldBeGreaterThanOrEqualTo(6);
        var distinct = Distinct(records.Select(record => record.Value!.Value));
        FaultReport.Add(FaultKinds.SinkCrash, seed, crashes, 0, 3_400, 3_400 - distinct, records.Count - distinct);
        records.Count.ShouldBe(3_400);
        distinct.ShouldBe(3_400);
    }

    private static int Distinct(IEnumerable<ReadOnlyMemory<byte>> values) => values.Select(value => Encoding.UTF8.GetString(value.Span)).ToHashSet().Count;
}
