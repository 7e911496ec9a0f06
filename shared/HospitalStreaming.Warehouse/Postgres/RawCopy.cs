using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Appends records to a raw table by binary COPY.</summary>
internal sealed class RawCopy(NpgsqlBinaryImporter import) : IAsyncDisposable
{
    internal static async Task<RawCopy> BeginAsync(
        NpgsqlConnection connection, WarehouseNames names, TableDescription table, CancellationToken cancellation) =>
        new(await connection.BeginBinaryImportAsync(
            $"""
            COPY {PostgresTables.Raw(names, table)} (partition, "offset", stream_epoch, source_epoch, ts, op, lsn, tx_id, snapshot, committed_at,
              key, before, after, old_key, load_id, poison, original_key, original_value, schema, tx_order) FROM STDIN (FORMAT BINARY)
            """,
            cancellation));

    internal async Task AddAsync(
        string streamEpoch, int sourceEpoch, long loadId, string? schema, LakeRecord line, ReadRecord record, CancellationToken cancellation)
    {
        await import.StartRowAsync(cancellation);
        await import.WriteAsync(line.Position.Partition, NpgsqlDbType.Integer, cancellation);
        await import.WriteAsync(line.Position.Offset, NpgsqlDbType.Bigint, cancellation);
        await import.WriteAsync(streamEpoch, NpgsqlDbType.Text, cancellation);
        await import.WriteAsync(sourceEpoch, NpgsqlDbType.Integer, cancellation);
        await import.WriteAsync(RecordTime.Of(line.TimestampMs), NpgsqlDbType.TimestampTz, cancellation);
        await WriteAsync(record.Op, NpgsqlDbType.Text, cancellation);
        await WriteAsync(record.Lsn is { } lsn ? (long)lsn.Value : (long?)null, cancellation);
        await WriteAsync(record.TransactionId is { } id ? (long)id : (long?)null, cancellation);
        await import.WriteAsync(record.Snapshot, NpgsqlDbType.Boolean, cancellation);
        if (record.CommittedAt is { } committedAt)
        {
            await import.WriteAsync(committedAt, NpgsqlDbType.TimestampTz, cancellation);
        }
        else
        {
            await import.WriteNullAsync(cancellation);
        }

        await WriteAsync(record.Key, NpgsqlDbType.Text, cancellation);
        await WriteAsync(record.Before, NpgsqlDbType.Text, cancellation);
        await WriteAsync(record.After, NpgsqlDbType.Text, cancellation);
        await WriteAsync(record.OldKey is { } oldKey ? oldKey.AsMemory() : default(ReadOnlyMemory<byte>?), NpgsqlDbType.Text, cancellation);
        await import.WriteAsync(loadId, NpgsqlDbType.Bigint, cancellation);
        await WriteAsync(record.Poison?.Code, NpgsqlDbType.Text, cancellation);
        await WriteAsync(record.Poison is null ? null : line.Key, NpgsqlDbType.Bytea, cancellation);
        await WriteAsync(record.Poison is null ? null : line.Value, NpgsqlDbType.Bytea, cancellation);
        await WriteAsync(schema, NpgsqlDbType.Text, cancellation);
        await WriteAsync(record.Transaction?.Order, cancellation);
    }

    internal async Task<long> CompleteAsync(CancellationToken cancellation) => (long)await import.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => import.DisposeAsync();

    private Task WriteAsync(string? value, NpgsqlDbType type, CancellationToken cancellation) =>
        value is null ? import.WriteNullAsync(cancellation) : import.WriteAsync(value, type, cancellation);

    private Task WriteAsync(long? value, CancellationToken cancellation) =>
        value is { } number ? import.WriteAsync(number, NpgsqlDbType.Bigint, cancellation) : import.WriteNullAsync(cancellation);

    private Task WriteAsync(ReadOnlyMemory<byte>? value, NpgsqlDbType type, CancellationToken cancellation) =>
        value is { } bytes ? import.WriteAsync(bytes, type, cancellation) : import.WriteNullAsync(cancellation);
}
