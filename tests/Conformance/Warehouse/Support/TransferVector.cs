using System.Text;
using System.Text.Json;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Support.Recorded;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>The recorded transfers of tests/Vectors/transactions as lake objects, cut anywhere, and the states the source had.</summary>
internal sealed class TransferVector
{
    /// <summary>The rows of current as states.txt writes them.</summary>
    public const string StateSql = """
        SELECT coalesce(string_agg(t, ' ' ORDER BY t), '') FROM (
          SELECT 'v' || visit_id || '=' || total_cost AS t FROM hospital.visits WHERE NOT _deleted AND visit_id <> 9
          UNION ALL SELECT 'b' || billing_id || '=' || total_amount FROM hospital.billing_payments WHERE NOT _deleted) s
        """;

    private readonly List<IGrouping<(string Topic, int Partition), Message>> _partitions =
    [
        .. File.ReadLines(System.IO.Path.Combine(VectorFolder.Path, "transactions", "messages.jsonl")).Select(Message.Read)
            .Where(message => !message.Topic.EndsWith(".notes", StringComparison.Ordinal)).GroupBy(message => (message.Topic, message.Partition)),
    ];

    public List<string> States { get; } = [.. File.ReadLines(System.IO.Path.Combine(VectorFolder.Path, "transactions", "states.txt"))];

    /// <summary>The snapshot's rows: one object a partition.</summary>
    public Task<LakeObject[]> SnapshotAsync(LakeFill fill) => OneAfterAnotherAsync(
        _partitions.Select(partition => partition.Where(message => message.IsSnapshot).ToArray()).Where(messages => messages.Length > 0).Select(messages => ObjectAsync(fill, messages)));

    /// <summary>All that came after it: each partition's chain, cut by chance.</summary>
    public async Task<List<Queue<LakeObject>>> StreamedAsync(LakeFill fill, Random random)
    {
        var chains = new List<Queue<LakeObject>>();
        foreach (var partition in _partitions)
        {
            var left = partition.Where(message => !message.IsSnapshot).ToArray();
            var chain = new Queue<LakeObject>();
            while (left.Length > 0)
            {
                var count = Math.Min(left.Length, random.Next(1, 6));
                chain.Enqueue(await ObjectAsync(fill, left[..count]));
                left = left[count..];
            }

            chains.Add(chain);
        }

        return chains;
    }

    private static Task<LakeObject> ObjectAsync(LakeFill fill, Message[] messages) => fill.ObjectAsync(
        messages[0].Topic, messages[0].Partition, [.. messages.Select(message => (Bytes(message.Key), Bytes(message.Value), message.OldKey))]);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static async Task<LakeObject[]> OneAfterAnotherAsync(IEnumerable<Task<LakeObject>> objects)
    {
        var made = new List<LakeObject>();
        foreach (var one in objects)
        {
            made.Add(await one);
        }

        return [.. made];
    }

    private sealed record Message(string Topic, int Partition, string? Key, string? Value, string? OldKey)
    {
        public bool IsSnapshot => Value?.Contains("\"op\":\"r\"", StringComparison.Ordinal) == true;

        public static Message Read(string line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            string[] headers = root.GetProperty("headers").ValueKind == JsonValueKind.Array ? [.. root.GetProperty("headers").EnumerateArray().Select(part => part.GetString()!)] : [];
            var oldKey = Array.IndexOf(headers, "__debezium.oldkey");
            return new Message(
                root.GetProperty("topic").GetString()!,
                root.GetProperty("partition").GetInt32(),
                root.GetProperty("key").GetString(),
                root.GetProperty("value").GetString(),
                oldKey < 0 ? null : headers[oldKey + 1]);
        }
    }
}
