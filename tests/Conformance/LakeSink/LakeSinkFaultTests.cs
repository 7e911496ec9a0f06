using System.Diagnostics;
using System.Text;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

/// <summary>Members that come and go (fault 19), records around an object's limit (49), wrong clocks (53), a stop in the middle of an upload (56).</summary>
public sealed class LakeSinkFaultTests
{
    private const int Changes = 6;

    [Fact]
    [Trait("Kind", "Soak")]
    public Task While_members_come_and_go_every_record_is_in_the_lake_once() => FaultReport.RunAsync(FaultKinds.SinkRebalance, 2, RebalancesAsync);

    [Fact]
    public async Task A_record_as_long_as_an_object_may_be_or_longer_is_kept_whole()
    {
        await using var line = await SinkLine.StartAsync(1);
        line.Settings["LakeSink:MaxBytes"] = "1000";
        var lengths = new[] { 10, 999, 10, 1_000, 10, 1_001, 10, 1_000_000, 10 };
        foreach (var length in lengths)
        {
            await line.ProduceAsync(0, null, Encoding.ASCII.GetBytes('"' + new string('x', length - 2) + '"'));
        }

        await line.SinkAsync();

        (await line.AllInLakeAsync()).Select(record => record.Value!.Value.Length).ShouldBe(lengths);
        (await line.ObjectCountAsync()).ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task A_clock_that_is_days_off_changes_no_name()
    {
        await using var line = await SinkLine.StartAsync(1);
        line.Settings["LakeSink:MaxRows"] = "10";
        TimeSpan[] off = [TimeSpan.FromDays(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(-400)];
        for (var i = 0; i < off.Length; i++)
        {
            line.Clock = new WrongClock(off[i]);
            var sink = await line.SinkAsync();
            await line.ProduceAsync(i * 25, (i + 1) * 25);
            (await line.AllInLakeAsync()).Count.ShouldBe((i + 1) * 25);
            await line.StopAsync(sink);
        }

        var chain = await ChainWindow.ReadAsync(line.Folder, (await line.StreamsAsync())[0], null, TestContext.Current.CancellationToken);
        foreach (var found in chain)
        {
            using var reader = await LakeObjectReader.OpenAsync(line.Folder, found, TestContext.Current.CancellationToken);
            found.Name.Day.ShouldBe(LakeObjectName.DayOf(reader.Records().First().TimestampMs));
        }
    }

    [Fact]
    public async Task A_stop_waits_for_the_upload_that_is_on_its_way_and_commits_it()
    {
        await using var line = await SinkLine.StartAsync(1);
        line.Settings["LakeSink:MaxRows"] = "50";
        await line.ProduceAsync(0, 50);
        var (held, passed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var tap = new TapLake(line.Folder)
        {
            Before = async (_, _) =>
            {
                held.TrySetResult();
                await passed.Task;
            },
        };
        var sink = await line.SinkAsync(tap);
        await held.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();

        var stopping = line.StopAsync(sink);
        stopping.IsCompleted.ShouldBeFalse("an object is on its way");
        passed.SetResult();
        await stopping;

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(25));
        tap.Created.ShouldBe(1);
        (await line.CommittedAsync()).ShouldBe([50]);
        (await line.AllInLakeAsync()).Count.ShouldBe(50);
    }

    private static async Task RebalancesAsync(int seed)
    {
        var random = new Random(seed);
        await using var line = await SinkLine.StartAsync();
        line.Settings["LakeSink:MaxRows"] = "20";
        await line.ProduceAsync(0, 200);
        var sinks = new List<RunningSink> { await line.SinkAsync() };
        var produced = 200;
        for (var change = 0; change < Changes; change++)
        {
            sinks.Add(await line.SinkAsync());
            await line.ProduceAsync(produced, produced += 60);
            await SinkLine.UntilAsync(() => Task.FromResult(sinks[^1].Status.Topics.Count > 0), "the new member to write");
            var leaves = sinks[random.Next(sinks.Count)];
            sinks.Remove(leaves);
            await line.StopAsync(leaves);
            await line.ProduceAsync(produced, produced += 30);
        }

        var values = (await line.AllInLakeAsync()).Select(record => Convert.ToHexString(record.Value!.Value.Span)).ToList();
        var distinct = values.Distinct().Count();
        FaultReport.Add(FaultKinds.SinkRebalance, seed, Changes, 0, produced, produced - distinct, values.Count - distinct);
        (values.Count, distinct).ShouldBe((produced, produced));
    }

    private sealed class WrongClock(TimeSpan off) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + off;
    }
}
