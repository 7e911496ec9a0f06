using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>Fills a lake with change objects, as LakeSink does, without a broker.</summary>
internal sealed class LakeFill(ILake lake, int partitions = 3, string epoch = LakeFill.Epoch)
{
    public const string Epoch = "abcd0123";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<(string Topic, int Partition), long> _next = [];

    public ILake Lake => lake;

    public Dictionary<(string Topic, int Partition), long> Next => _next;

    /// <summary>Timestamp of every record; a second apart where it is not set.</summary>
    public long? TimestampMs { get; init; }

    /// <summary>Adds one object to a partition's chain.</summary>
    public async Task<LakeObject> ObjectAsync(string topic, int partition, params (byte[]? Key, byte[]? Value, string? OldKey)[] records)
    {
        var token = TestContext.Current.CancellationToken;
        await StreamEpochs.EnsureAsync(lake, topic, epoch + "00000000", partitions, token);
        var offset = _next.GetValueOrDefault((topic, partition));
        using var draft = new LakeObjectDraft(new LakeStream(topic, epoch, partition), offset, lake.Compression);
        foreach (var (key, value, oldKey) in records)
        {
            draft.Add(new LakeRecord(
                new LogPosition(topic, partition, offset), TimestampMs ?? Start.AddSeconds(offset).ToUnixTimeMilliseconds(), Memory(key), Memory(value), Headers(oldKey)));
            offset++;
        }

        _next[(topic, partition)] = offset;
        var (stored, manifest) = draft.Finish();
        var put = await lake.CreateAsync(draft.Name, stored, manifest, token);
        return put.Existing;
    }

    /// <summary>Adds one object for a table of the hospital from messages made by <see cref="Changes"/>.</summary>
    public Task<LakeObject> TableAsync(string table, int partition, params (string Key, string? Value)[] messages) => ObjectAsync(
        TopicNames.ChangesOf(table),
        partition,
        [.. messages.Select(message => ((byte[]?)Encoding.UTF8.GetBytes(message.Key), message.Value is null ? null : Encoding.UTF8.GetBytes(message.Value), (string?)null))]);

    /// <summary>Adds one object with the new half of an update that changed a row's key.</summary>
    public Task<LakeObject> MovedAsync(string table, int partition, string oldKey, (string Key, string? Value) message) => ObjectAsync(
        TopicNames.ChangesOf(table), partition, (Encoding.UTF8.GetBytes(message.Key), Encoding.UTF8.GetBytes(message.Value!), oldKey));

    private static KeyValuePair<string, byte[]?>[] Headers(string? oldKey) =>
        oldKey is null ? [] : [new("__debezium.oldkey", Encoding.UTF8.GetBytes(oldKey))];

    // Spelled out: a null array converts to empty memory without a word.
    private static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : bytes.AsMemory();
}
