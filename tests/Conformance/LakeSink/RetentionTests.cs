using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

/// <summary>Records that the log deletes before long and the lake has not (fault 24).</summary>
public sealed class RetentionTests
{
    internal const string InTheOlderHalf = "5 records are not in the lake yet, and the oldest lie in the older half of what their topics keep (";

    [Theory]
    [InlineData(14_400_000, 3, true)]
    [InlineData(14_400_000, 1, false)]
    [InlineData(-1, 3, false)]
    public async Task They_are_told_of_once_they_lie_in_the_older_half_of_what_the_topic_keeps(long retentionMs, int hoursOld, bool told)
    {
        await using var line = await SinkLine.StartAsync(1);
        ShouldTell(await AgedTopic.LookAsync(line.Bootstrap, retentionMs, "delete", hoursOld), told);
    }

    [Fact]
    public async Task The_sink_is_unhealthy_with_it_until_the_lake_takes_them()
    {
        await using var line = await SinkLine.StartAsync(1);
        await line.ProduceAsync(0, AgedTopic.Records, at: DateTimeOffset.UtcNow.AddDays(-4));
        var works = false;
        var sink = await line.SinkAsync(new TapLake(line.Folder) { Before = (_, _) => works ? Task.CompletedTask : throw new LakeException("the lake is away") });

        await SinkLine.UntilAsync(() => Task.FromResult(sink.Health?.Detail.Contains(InTheOlderHalf, StringComparison.Ordinal) == true), "word of it", () => $"{sink.Health}");
        sink.Health!.Detail.ShouldStartWith("the lake is away; ");
        works = true;

        (await line.AllInLakeAsync()).Count.ShouldBe(AgedTopic.Records);
        await SinkLine.UntilAsync(() => Task.FromResult(sink.Health is { Condition: RoleCondition.Healthy }), "health", () => $"{sink.Health}");
    }

    internal static void ShouldTell((string? Before, string? After) said, bool told)
    {
        (said.Before?.StartsWith(InTheOlderHalf, StringComparison.Ordinal) == true).ShouldBe(told, said.Before);
        said.After.ShouldBeNull();
    }
}
