using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Support.Recorded;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>The recorded transfers of tests/Vectors/transactions as lake objects, cut anywhere, and the states the source had.</summary>
internal sealed class TransferVector
{
    private readonly List<IGrouping<(string Topic, int Partition), Message>> _partitions =
    [
        .. File.ReadLines(System.IO.Path.Combine(VectorFolder.Path, "transactions", "messages.jsonl")).Select(Message.Read)
            .Where(message => !message.Topic.EndsWith(".notes", StringComparison.Ordinal)).GroupBy(message => (message.Topic, message.Partition)),
    ];

    public List<string> States { get; } = [.. File.ReadLines(System.IO.Path.Combine(VectorFolder.Path, "transactions", "states.txt"))];

    /// <summary>The rows of current as states.txt writes them.</summary>
    public async Task<string> StateAsync(IWarehouseUnderTest test)
    {
        var rows = new List<string>();
        foreach (var (mark, sql) in new[]
        {
            ('v', $"SELECT visit_id, total_cost FROM {test.Names.Current}.visits WHERE NOT _deleted AND visit_id <> 9"),
            ('b', $"SELECT billing_id, total_amount FROM {test.Names.Current}.billing_payments WHERE NOT _deleted"),
        })
        {
            var found = await test.Sql.QueryAsync(sql, new Dictionary<string, object?>(), TestContext.Current.CancellationToken);
            rows.AddRange(found.Rows.Select(row => $"{mark}{Text(row[0])}={Text(row[1])}"));
        }

        return string.Join(' ', rows.Order(StringComparer.Ordinal));
    }

    /// <summary>A value as text, decimals with two places.</summary>
    public static string Text(object? value) => value is null ? "-" : value is decimal number
        ? number.ToString("0.00", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>The snapshot's rows: one object a partition.</summary>
    public Task<LakeObject[]> SnapshotAsync(LakeFill fill) => OneAfterAnotherAsync(
        _partitions.Select(partition => partition.Where(message => message.IsSnapshot).ToArray()).Where(messages => messages.Length > 0).Select(messages => ObjectAsync(fill, messages)));

    /// <summary>All that came after it: each partition's chain, cut by chance.</summary>
    public async Task<List<Queue<LakeObject>>> StreamedAsync(LakeFill fill, Random random, int mostRecords)
    {
        var chains = new List<Queue<LakeObject>>();
        foreach (var partition in _partitions)
        {
            var left = partition.Where(message => !message.IsSnapshot).ToArray();
            var chain = new Queue<LakeObject>();
            while (left.Length > 0)
            {
                var count = Math.Min(left.Length, random.Next(1, mostRecords + 1));
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
