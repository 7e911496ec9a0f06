using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>How many records or rows there are, and a digest of all of them that does not depend on their order and shows none of their values.</summary>
public sealed class RecordTally
{
    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>Sum of their digests: two sides with the same records have the same.</summary>
    public ulong Digest { get; private set; }

    /// <summary>The digest as 16 hexadecimal digits.</summary>
    public string DigestText => Digest.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Adds a record: its place, timestamp, key and value, byte by byte.</summary>
    public void Add(LakeRecord record) => Add(
    [
        RowDigest.Of(record.Position.Partition), RowDigest.Of(record.Position.Offset), RowDigest.Of(record.TimestampMs), Of(record.Key), Of(record.Value),
    ]);

    /// <summary>Adds a row of raw.</summary>
    public void Add(int partition, RawRow row) => Add(
    [
        RowDigest.Of(partition), RowDigest.Of(row.Offset), RowDigest.Of(row.SourceEpoch), RowDigest.Of(row.Timestamp), RowDigest.Of(row.Op), RowDigest.Of(row.Lsn),
        RowDigest.Of(row.TransactionId), RowDigest.Of(row.Snapshot), RowDigest.Of(row.CommittedAt), Of(row.Key), Of(row.Before), Of(row.After), Of(row.OldKey),
        RowDigest.Of(row.Poison), Of(row.OriginalKey), Of(row.OriginalValue),
    ]);

    /// <summary>Adds a row of a table by its key and the digests of its columns.</summary>
    public void Add(RowKey key, ulong[] columns) => Add([key.IsNumber ? RowDigest.Of(key.Number) : RowDigest.Of(key.ToString()), .. columns]);

    private static ulong Of(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? RowDigest.OfBytes(some.Span) : RowDigest.Of((object?)null);

    private void Add(ReadOnlySpan<ulong> parts)
    {
        var digest = 0UL;
        foreach (var part in parts)
        {
            digest = RowDigest.Combine(digest, part);
        }

        Count++;
        unchecked
        {
            Digest += digest;
        }
    }
}
