using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Verify;
using HospitalStreaming.WarehouseSink.Letters;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>Letters, decisions and history on a whole line.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class LetterDeskTests(WarehouseServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_held_row_is_let_go_by_a_decision_and_verify_is_clean_before_and_after()
    {
        await using var line = await VerifyLine.StartAsync(servers, "letterdesk");
        await VerifyBed.FillRowsAsync(line);
        await line.SettleAsync();
        var topic = TopicNames.ChangesOf("visits");
        using (var producer = line.Kafka.Producer("test"))
        {
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = """{"visit_id":17}"""u8.ToArray(), Value = "{\"op\":\"u\", Jane Doe"u8.ToArray() }, Token);
        }

        await line.Hospital.RunAsync("UPDATE visits SET total_cost = 11 WHERE visit_id = 17");
        await line.SettleAsync();
        await line.CleanAsync("with a key held");
        (await CostAsync(line)).ShouldBe("17.17");
        var desk = new LetterDesk(line.Kafka, line.Lake, line.Reader);
        var held = (await desk.ListAsync(Token)).ShouldHaveSingleItem();
        (held.State, held.HoldsKey, held.Letter.Reason, held.Letter.Stage).ShouldBe(("open", true, "bad_json", "warehouse"));

        (await Should.ThrowAsync<LetterRefusedException>(() => desk.RedriveAsync(held.Letter.Id, null, null, Token))).Message.ShouldNotContain("Jane");
        await desk.SkipAsync(held.Letter.Id, Token);
        await desk.SkipAsync(held.Letter.Id, Token);
        await SettledAsync(desk, held.Letter.Id);

        (await CostAsync(line)).ShouldBe("11.00");
        await line.SettleAsync();
        await line.CleanAsync("after the skip");
        var versions = await new RowHistories(line.Reader, line.Lake).OfAsync(HospitalSchema.CapturedTables.Single(table => table.Name == "visits"), 17, Token);
        versions.Select(version => version.Kind).ShouldBe([RowVersionKind.Applied, RowVersionKind.Skipped, RowVersionKind.Applied]);
        versions.Select(version => version.Row!.Value.Values[5]).ShouldBe([17.17m, 17.17m, 11m]);
        versions[2].At.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_letter_of_an_earlier_stage_is_sent_to_its_topic_again_once()
    {
        await using var line = await VerifyLine.StartAsync(servers, "resend", capture: false);
        var topic = TopicNames.Events.First();
        var letter = new DeadLetter("landing", new LogPosition(topic, 0, 7), "bad_json", "no JSON", "9"u8.ToArray(), "no event"u8.ToArray());
        using (var producer = line.Kafka.Producer("test"))
        {
            await new DeadLetterWriter(producer, new LineMeters()).WriteAsync([letter, letter], Token);
        }

        await new PostgresWarehouse(line.Warehouse.Source, new WarehouseNames(), HospitalSchema.CapturedTables, line.Lake).EnsureAsync(Token);
        var desk = new LetterDesk(line.Kafka, line.Lake, line.Reader);
        (await desk.ListAsync(Token)).ShouldHaveSingleItem().State.ShouldBe("open");
        await desk.RedriveAsync(letter.Id, null, "{\"corrected\":true}"u8.ToArray(), Token);
        await desk.RedriveAsync(letter.Id, null, "{\"corrected\":true}"u8.ToArray(), Token);

        using var reader = line.Kafka.Reader("test");
        reader.QueryWatermarkOffsets(new TopicPartition(topic, 0), TimeSpan.FromSeconds(10)).High.Value.ShouldBe(1);
        reader.Assign(new TopicPartitionOffset(topic, 0, 0));
        Encoding.UTF8.GetString(reader.Consume(TimeSpan.FromSeconds(10)).Message.Value!).ShouldBe("{\"corrected\":true}");
        (await desk.FindAsync(letter.Id, Token)).State.ShouldBe("redriven");
        await Should.ThrowAsync<LetterRefusedException>(() => desk.SkipAsync(letter.Id, Token));
    }

    private static Task<string> CostAsync(VerifyLine line) => line.Warehouse.TextAsync("SELECT total_cost FROM hospital.visits WHERE visit_id = 17");

    private static async Task SettledAsync(LetterDesk desk, string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await desk.FindAsync(id, limit.Token)).State.EndsWith(" due", StringComparison.Ordinal))
        {
            await tick.WaitForNextTickAsync(limit.Token);
        }

        (await desk.FindAsync(id, Token)).State.ShouldBe("skipped");
    }
}
