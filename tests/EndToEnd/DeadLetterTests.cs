using System.Globalization;
using Confluent.Kafka;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Tests.EndToEnd.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd;

/// <summary>Bad records on a running line, and what its operator does about them.</summary>
public sealed class DeadLetterTests : IDisposable
{
    private readonly StateScope _state = new("letters");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_broken_change_holds_its_row_until_it_is_redriven_or_skipped_and_the_line_verifies_clean()
    {
        await using var hospital = HospitalProcess.Up(_state.Path, "--rate", "20", "--set", "Producer:HistoryVisits=300");
        await hospital.VisitsAsync(300, Token);
        var broker = hospital.Setting("Kafka:BootstrapServers")!;
        var changes = Changes(broker, 2);
        foreach (var change in changes)
        {
            await BreakAsync(broker, change);
        }

        List<string> letters = [];
        await Wait.UntilAsync("two letters that hold their rows", TimeSpan.FromSeconds(60), async () => (letters = await HoldingAsync()).Count == 2, () => hospital.Output, Token);
        (await DlqAsync("show", letters[0])).Output.ShouldContain("bad_json");
        var corrected = Path.Combine(_state.Path, "corrected.json");
        var broken = KeyOf(broker, letters[0]);
        await File.WriteAllBytesAsync(corrected, changes.Single(change => change.Message.Key.AsSpan().SequenceEqual(broken)).Message.Value!, Token);

        (await DlqAsync("redrive", letters[0])).Code.ShouldBe(1, "as it is it cannot be applied");
        (await DlqAsync("redrive", letters[0], "--value", corrected)).Code.ShouldBe(0);
        (await DlqAsync("redrive", letters[0], "--value", corrected)).Code.ShouldBe(0, "twice has the effect of once");
        (await DlqAsync("skip", letters[1])).Code.ShouldBe(0);
        (await DlqAsync("redrive", letters[1], "--value", corrected)).Code.ShouldBe(1, "a decision is final");

        (await HoldingAsync()).ShouldBeEmpty();
        var (code, output) = await HospitalProcess.VerifyAsync(_state.Path, Token);
        code.ShouldBe(0, output);
    }

    private async Task<List<string>> HoldingAsync() =>
        [.. (await DlqAsync("list")).Output.Split('\n').Select(line => line.TrimEnd()).Where(line => line.EndsWith(" yes", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];

    private Task<(int Code, string Output)> DlqAsync(params string[] arguments) =>
        HospitalProcess.RunAsync(["dlq", .. arguments, "--state", _state.Path], TimeSpan.FromMinutes(2), Token);

    // Changes of different rows, as the topic has them.
    private static List<ConsumeResult<byte[], byte[]?>> Changes(string broker, int count)
    {
        using var consumer = Reader(broker);
        consumer.Assign(new TopicPartitionOffset(TopicNames.ChangesOf("visits"), 0, Offset.Beginning));
        var found = new Dictionary<string, ConsumeResult<byte[], byte[]?>>(StringComparer.Ordinal);
        while (found.Count < count)
        {
            var record = consumer.Consume(Token);
            if (record.Message.Value is not null)
            {
                found.TryAdd(Convert.ToHexString(record.Message.Key), record);
            }
        }

        return [.. found.Values];
    }

    // The same change again, cut off in the middle.
    private static async Task BreakAsync(string broker, ConsumeResult<byte[], byte[]?> change)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker }).Build();
        await producer.ProduceAsync(change.TopicPartition, new Message<byte[], byte[]> { Key = change.Message.Key, Value = change.Message.Value![..^20] }, Token);
    }

    // A letter's id ends with its record's partition and offset.
    private static byte[] KeyOf(string broker, string letter)
    {
        var place = letter.Split(':')[^2..].Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        using var consumer = Reader(broker);
        consumer.Assign(new TopicPartitionOffset(TopicNames.ChangesOf("visits"), place[0], place[1]));
        return consumer.Consume(Token).Message.Key;
    }

    private static IConsumer<byte[], byte[]?> Reader(string broker) => new ConsumerBuilder<byte[], byte[]?>(
        new ConsumerConfig { BootstrapServers = broker, GroupId = "dead-letter-test", EnableAutoCommit = false }).Build();
}
