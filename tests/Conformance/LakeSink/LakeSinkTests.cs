using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

public sealed class LakeSinkTests
{
    [Fact]
    public async Task Every_record_is_in_the_lake_once_in_log_order()
    {
        await using var line = await SinkLine.StartAsync();
        await line.ProduceAsync(0, 2_000);
        var sink = await line.SinkAsync();
        await line.ProduceAsync(2_000, 3_000);

        var records = await line.AllInLakeAsync();

        records.Count.ShouldBe(3_000);
        records.Select(record => Encoding.UTF8.GetString(record.Value!.Value.Span)).ToHashSet().Count.ShouldBe(3_000);
        sink.Health!.Condition.ShouldBe(RoleCondition.Healthy);
        sink.Status.Topics.Single().Rows.ShouldBe(3_000);
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_chain_ends()
    {
        await using var line = await SinkLine.StartAsync();
        for (var round = 0; round < 4; round++)
        {
            var sink = await line.SinkAsync();
            await line.ProduceAsync(round * 300, (round + 1) * 300);
            if (round % 2 == 0)
            {
                await line.AllInLakeAsync();
            }

            await line.StopAsync(sink);
        }

        await line.SinkAsync();
        (await line.AllInLakeAsync()).Count.ShouldBe(1_200);
    }

    /// <summary>A look at the deadline that came out at -1 ms between two others was once taken for "never".</summary>
    [Fact]
    public async Task A_last_record_is_never_left_lying_however_time_passes_between_two_looks()
    {
        await using var line = await SinkLine.StartAsync(1);
        line.Clock = new JumpingClock(20261121, TimeSpan.FromMilliseconds(20));
        (line.Settings["LakeSink:MaxAge"], line.Settings["LakeSink:IdleAfter"]) = ("00:00:00.05", "00:00:00");
        var sink = await line.SinkAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        for (var record = 0; record < 150; record++)
        {
            await line.ProduceAsync(record, record + 1);
            while (sink.Status.Topics.SingleOrDefault()?.Rows != record + 1)
            {
                await Task.Delay(1, limit.Token);
            }
        }
    }

    [Fact]
    public async Task Tombstones_junk_and_headers_come_back_byte_for_byte()
    {
        await using var line = await SinkLine.StartAsync(1);
        byte[]?[] values =
        [
            null, [], "null"u8.ToArray(), "{\"a\":1"u8.ToArray(), [0xff, 0xfe, 0x00], "{\"a\": 1.00, \"a\":\"\\u00e9\"}"u8.ToArray(), " {}"u8.ToArray(),
            "{\n}"u8.ToArray(), Encoding.UTF8.GetBytes(new string('[', 200) + new string(']', 200)), "\"\\ud800\""u8.ToArray(), new byte[1_500_000],
        ];
        foreach (var value in values)
        {
            await line.ProduceAsync(0, value, value, new Headers { { "h", value }, { "é\"\n", "text"u8.ToArray() } });
        }

        await line.SinkAsync();
        var records = await line.AllInLakeAsync();

        records.Select(record => Show(record.Value?.ToArray())).ShouldBe(values.Select(Show));
        records.Select(record => Show(record.Key?.ToArray())).ShouldBe(values.Select(Show));
        records.Select(record => Show(record.Headers[0].Value)).ShouldBe(values.Select(Show));
        records.ShouldAllBe(record => record.Headers[1].Key == "é\"\n");
    }

    private static string Show(byte[]? bytes) => bytes is null ? "none" : $"{bytes.Length}:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}";

    [Fact]
    public async Task Offsets_reset_to_the_earliest_or_deleted_make_no_new_object()
    {
        await using var line = await SinkLine.StartAsync();
        await line.ProduceAsync(0, 500);
        var sink = await line.SinkAsync();
        await line.AllInLakeAsync();
        await line.StopAsync(sink);
        var objects = await line.ObjectCountAsync();

        foreach (long? to in new long?[] { 0, 7, null })
        {
            await line.SetCommittedAsync(to);
            var tap = new TapLake(line.OpenFolder());
            sink = await line.SinkAsync(tap);
            await SinkLine.UntilAsync(() => Task.FromResult(sink.Status.Topics.SingleOrDefault()?.Heads.Count == 3), "all partitions to start");
            await line.StopAsync(sink);
            tap.Created.ShouldBe(0, $"offsets set to {to}");
        }

        (await line.ObjectCountAsync()).ShouldBe(objects);
        await line.SinkAsync();
        await line.ProduceAsync(500, 600);
        (await line.AllInLakeAsync()).Count.ShouldBe(600);
    }

    [Fact]
    public async Task Committed_offsets_beyond_the_chain_stop_the_partition_loudly()
    {
        await using var line = await SinkLine.StartAsync(1);
        await line.ProduceAsync(0, 50);
        var sink = await line.SinkAsync();
        await line.AllInLakeAsync();
        await line.StopAsync(sink);
        await line.ProduceAsync(50, 100);
        await line.SetCommittedAsync(80);

        sink = await line.SinkAsync();

        await SinkLine.UntilAsync(() => Task.FromResult(sink.Health?.Condition == RoleCondition.Unhealthy), "the role to say so");
        sink.Health!.Detail.ShouldContain("offset 80 was committed, but the lake's chain ends at 50");
        sink.Status.Stopped.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_topic_re_created_starts_a_chain_of_its_own()
    {
        await using var line = await SinkLine.StartAsync();
        await line.ProduceAsync(0, 300);
        await line.SinkAsync();
        await line.AllInLakeAsync();
        var former = await line.StreamsAsync();

        await line.DeleteTopicAsync();
        await line.CreateTopicAsync(3);
        await line.ProduceAsync(1_000, 1_900);

        await SinkLine.UntilAsync(async () => (await line.StreamsAsync())[0].Epoch != former[0].Epoch, "the new life to be recorded");
        var records = await line.AllInLakeAsync();
        records.Count.ShouldBe(900);
        records.Select(record => Encoding.UTF8.GetString(record.Value!.Value.Span)).ShouldAllBe(text => text.Contains("\"visit_id\":1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Topics_that_come_later_are_taken_up()
    {
        await using var line = await SinkLine.StartAsync();
        await line.DeleteTopicAsync();
        var sink = await line.SinkAsync();
        await SinkLine.UntilAsync(() => Task.FromResult(sink.Health?.Condition == RoleCondition.Starting), "the role to wait");
        await line.CreateTopicAsync(2);
        await line.ProduceAsync(0, 100);
        (await line.AllInLakeAsync()).Count.ShouldBe(100);
    }
}
