using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>One row of raw: as it stands in the warehouse, or as its line in the lake makes it. Texts are compared byte by byte.</summary>
/// <param name="Offset">Offset in its chain.</param>
/// <param name="SourceEpoch">Source epoch.</param>
/// <param name="Timestamp">The record's timestamp.</param>
/// <param name="Op">op; null for tombstones and poison.</param>
/// <param name="Lsn">Source LSN.</param>
/// <param name="TransactionId">Source transaction.</param>
/// <param name="Snapshot">Read by a snapshot.</param>
/// <param name="CommittedAt">Source commit time.</param>
/// <param name="Key">Key JSON, UTF-8.</param>
/// <param name="Before">Row JSON before, UTF-8.</param>
/// <param name="After">Row JSON after, UTF-8.</param>
/// <param name="OldKey">Key JSON before an update changed it, UTF-8.</param>
/// <param name="Poison">Why it could not be applied.</param>
/// <param name="OriginalKey">Key bytes of a poison record.</param>
/// <param name="OriginalValue">Value bytes of a poison record.</param>
public sealed record RawRow(
    long Offset,
    int SourceEpoch,
    DateTimeOffset Timestamp,
    string? Op,
    long? Lsn,
    long? TransactionId,
    bool Snapshot,
    DateTimeOffset? CommittedAt,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Before,
    ReadOnlyMemory<byte>? After,
    ReadOnlyMemory<byte>? OldKey,
    string? Poison,
    ReadOnlyMemory<byte>? OriginalKey,
    ReadOnlyMemory<byte>? OriginalValue)
{
    /// <summary>Canonical JSON of a key that is no whole number, where the table has such keys and the warehouse a column for them.</summary>
    public string? RowKey { get; init; }

    /// <summary>The row a lake line makes.</summary>
    /// <param name="line">The line.</param>
    /// <param name="record">What the loader reads out of it.</param>
    /// <param name="sourceEpoch">Source epoch of its place.</param>
    public static RawRow Of(LakeRecord line, in ReadRecord record, int sourceEpoch) => new(
        line.Position.Offset,
        sourceEpoch,
        RecordTime.Of(line.TimestampMs),
        record.Op,
        record.Lsn is { } lsn ? (long)lsn.Value : null,
        record.TransactionId,
        record.Snapshot,
        record.CommittedAt,
        record.Key,
        record.Before,
        record.After,
        record.OldKey is { } old ? old.AsMemory() : default(ReadOnlyMemory<byte>?),
        record.Poison?.Code,
        record.Poison is null ? null : line.Key,
        record.Poison is null ? null : line.Value)
    {
        RowKey = (record.Change?.Key ?? record.HeldKey) is { IsNumber: false } key ? key.ToString() : null,
    };

    /// <summary>Names of the columns in which two rows of one offset differ; empty where they are the same.</summary>
    /// <param name="other">The other row.</param>
    /// <param name="texts">What makes two JSON texts the same.</param>
    public IReadOnlyList<string> DifferencesFrom(RawRow other, JsonSameness texts = JsonSameness.Bytes)
    {
        List<string>? differing = null;
        Note("source_epoch", SourceEpoch == other.SourceEpoch);
        Note("ts", Timestamp == other.Timestamp);
        Note("op", Op == other.Op);
        Note("lsn", Lsn == other.Lsn);
        Note("tx_id", TransactionId == other.TransactionId);
        Note("snapshot", Snapshot == other.Snapshot);
        Note("committed_at", CommittedAt == other.CommittedAt);
        Note("key", Same(Key, other.Key));
        Note("before", Same(Before, other.Before));
        Note("after", Same(After, other.After));
        Note("old_key", Same(OldKey, other.OldKey));
        Note("row_key", RowKey == other.RowKey);
        Note("poison", Poison == other.Poison);
        Note("original_key", Same(OriginalKey, other.OriginalKey));
        Note("original_value", Same(OriginalValue, other.OriginalValue));
        return differing ?? [];

        bool Same(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right) => texts == JsonSameness.Bytes ? SameBytes(left, right) : SameJson(left, right);

        void Note(string column, bool same)
        {
            if (!same)
            {
                (differing ??= []).Add(column);
            }
        }
    }

    private static bool SameBytes(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right) =>
        left.HasValue == right.HasValue && (!left.HasValue || left.Value.Span.SequenceEqual(right!.Value.Span));

    // What is no JSON was kept as bytes.
    private static bool SameJson(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right)
    {
        if (SameBytes(left, right) || !left.HasValue || !right.HasValue)
        {
            return left.HasValue == right.HasValue;
        }

        try
        {
            using var one = JsonDocument.Parse(left.Value);
            using var another = JsonDocument.Parse(right.Value);
            return JsonElement.DeepEquals(one.RootElement, another.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
