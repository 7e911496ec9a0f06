using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// Rows of a raw table in the binary format of COPY (PostgreSQL's manual, page COPY): every field a length and its bytes, -1 for NULL. Written by hand,
/// because a call a field through the driver costs more than all that a record needs otherwise.
/// </summary>
internal static class RawRowWriter
{
    private const string Columns = """
        partition, "offset", stream_epoch, source_epoch, ts, op, lsn, tx_id, snapshot, committed_at,
          key, before, after, old_key, load_id, poison, original_key, original_value, schema, tx_order
        """;

    private const short Fields = 20;

    /// <summary>The columns in the order of their fields.</summary>
    internal static string ColumnsOf(TableDescription table) => new PostgresKey(table).IsOwn ? $"{Columns}, {PostgresKey.OwnRawColumn}" : Columns;

    // Signature, flags and the length of an extension that there is none of.
    internal static readonly byte[] Head = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    internal static readonly byte[] Tail = [0xFF, 0xFF];

    private static readonly DateTimeOffset PostgresEpoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="to">Where to.</param>
    /// <param name="withKey">Whether the table has a column for its keys (<see cref="PostgresKey.IsOwn"/>).</param>
    /// <param name="streamEpoch">Life of the topic.</param>
    /// <param name="sourceEpoch">Source epoch of its place.</param>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="schema">Fingerprint of the table's columns in its object.</param>
    /// <param name="line">The record.</param>
    /// <param name="record">What it says by itself.</param>
    internal static void Write(
        IBufferWriter<byte> to, bool withKey, string streamEpoch, int sourceEpoch, long loadId, string? schema, LakeRecord line, in ReadRecord record)
    {
        BinaryPrimitives.WriteInt16BigEndian(to.GetSpan(sizeof(short)), (short)(withKey ? Fields + 1 : Fields));
        to.Advance(sizeof(short));
        Int32(to, line.Position.Partition);
        Int64(to, line.Position.Offset);
        Text(to, streamEpoch);
        Int32(to, sourceEpoch);
        Instant(to, RecordTime.Of(line.TimestampMs));
        Text(to, record.Op);
        Int64(to, (long?)record.Lsn?.Value);
        Int64(to, record.TransactionId);
        Bytes(to, [record.Snapshot ? (byte)1 : (byte)0]);
        Instant(to, record.CommittedAt);
        Bytes(to, record.Key);
        Bytes(to, record.Before);
        Bytes(to, record.After);
        Bytes(to, record.OldKey is { } oldKey ? oldKey.AsMemory() : default(ReadOnlyMemory<byte>?));
        Int64(to, loadId);
        Text(to, record.Poison?.Code);
        Bytes(to, record.Poison is null ? null : line.Key);
        Bytes(to, record.Poison is null ? null : line.Value);
        Text(to, schema);
        Int64(to, record.Transaction?.Order);
        if (withKey)
        {
            Text(to, (record.Change?.Key ?? record.HeldKey)?.ToString());
        }
    }

    private static void Int32(IBufferWriter<byte> to, int value)
    {
        var span = Field(to, sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(span, value);
        to.Advance(sizeof(int));
    }

    private static void Int64(IBufferWriter<byte> to, long? value)
    {
        if (value is not { } number)
        {
            Null(to);
            return;
        }

        BinaryPrimitives.WriteInt64BigEndian(Field(to, sizeof(long)), number);
        to.Advance(sizeof(long));
    }

    private static void Instant(IBufferWriter<byte> to, DateTimeOffset? value) =>
        Int64(to, value is { } instant ? (instant - PostgresEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null);

    private static void Text(IBufferWriter<byte> to, string? value)
    {
        if (value is null)
        {
            Null(to);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        to.Advance(Encoding.UTF8.GetBytes(value, Field(to, length)));
    }

    private static void Bytes(IBufferWriter<byte> to, ReadOnlyMemory<byte>? value)
    {
        if (value is { } bytes)
        {
            Bytes(to, bytes.Span);
        }
        else
        {
            Null(to);
        }
    }

    private static void Bytes(IBufferWriter<byte> to, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Field(to, value.Length));
        to.Advance(value.Length);
    }

    private static void Null(IBufferWriter<byte> to)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), -1);
        to.Advance(sizeof(int));
    }

    /// <summary>Writes a field's length; returns room for its bytes, which the caller advances past.</summary>
    private static Span<byte> Field(IBufferWriter<byte> to, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), length);
        to.Advance(sizeof(int));
        return to.GetSpan(length);
    }
}
