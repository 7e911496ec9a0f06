using System.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>
/// Writes changes as Debezium 3.3's JSON messages: same fields, same order, same keys; a delete is followed by a tombstone; a changed key becomes
/// delete, tombstone and create with Debezium's headers. Not thread-safe: one a stream.
/// </summary>
public sealed class ChangeEncoder
{
    private readonly JsonBuffer _json = new();
    private readonly JsonBuffer _keys = new();
    private readonly byte[] _sourceStart;
    private readonly byte[] _database;
    private readonly bool _tombstones;

    /// <summary>Prepares the parts that stay the same.</summary>
    public ChangeEncoder(EnvelopeIdentity identity)
    {
        _tombstones = identity.TombstonesOnDelete;
        _json.Raw(",\"source\":{\"version\":"u8);
        _json.Text(Encoding.UTF8.GetBytes(identity.Version));
        _json.Raw(",\"connector\":\"postgresql\",\"name\":"u8);
        _json.Text(Encoding.UTF8.GetBytes(identity.TopicPrefix));
        _json.Raw(",\"ts_ms\":"u8);
        _sourceStart = _json.Written.ToArray();
        _json.Clear();
        _json.Raw("\",\"db\":"u8);
        _json.Text(Encoding.UTF8.GetBytes(identity.Database));
        _json.Raw(",\"sequence\":\"["u8);
        _database = _json.Written.ToArray();
    }

    /// <summary>An inserted row (c), or one read by a snapshot (r) where the position says so.</summary>
    public void Insert(TableEncoder table, RowTuple row, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        var operation = position.Snapshot == SnapshotMarker.None ? (byte)'c' : (byte)'r';
        output.Add(new EncodedChange(table.Key(row, _keys), Value(table, null, false, row, null, position, operation, now)));
    }

    /// <summary>An updated row.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="old">The row before as the log has it: all columns, the key columns only, or null.</param>
    /// <param name="oldIsKeyOnly">Whether only the key columns of it are real.</param>
    /// <param name="row">The row after.</param>
    /// <param name="position">Where and when.</param>
    /// <param name="now">Processing time.</param>
    /// <param name="output">Takes one message, or two or three for a changed key.</param>
    public void Update(
        TableEncoder table, RowTuple? old, bool oldIsKeyOnly, RowTuple row, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        var full = oldIsKeyOnly ? null : old;
        if (old is null || !table.Table.HasKey || table.SameKey(old, row))
        {
            output.Add(new EncodedChange(table.Key(row, _keys), Value(table, old, oldIsKeyOnly, row, full, position, (byte)'u', now)));
            return;
        }

        var oldKey = table.Key(old, _keys);
        var newKey = table.Key(row, _keys);
        output.Add(new EncodedChange(
            oldKey, Value(table, old, oldIsKeyOnly, null, null, position, (byte)'d', now), ChangeFields.NewKeyHeader, newKey));
        if (_tombstones)
        {
            output.Add(new EncodedChange(oldKey, null, ChangeFields.NewKeyHeader, newKey));
        }

        output.Add(new EncodedChange(
            newKey, Value(table, null, false, row, full, position, (byte)'c', now), ChangeFields.OldKeyHeader, oldKey));
    }

    /// <summary>A deleted row; its tombstone follows.</summary>
    public void Delete(TableEncoder table, RowTuple old, bool oldIsKeyOnly, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        var key = table.Key(old, _keys);
        output.Add(new EncodedChange(key, Value(table, old, oldIsKeyOnly, null, null, position, (byte)'d', now)));
        if (_tombstones)
        {
            output.Add(new EncodedChange(key, null));
        }
    }

    /// <summary>A truncated table.</summary>
    public void Truncate(TableEncoder table, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output) =>
        output.Add(new EncodedChange(null, Value(table, null, false, null, null, position, (byte)'t', now)));

    private byte[] Value(
        TableEncoder table, RowTuple? before, bool beforeIsKeyOnly, RowTuple? after, RowTuple? standIn, in ChangePosition position, byte operation, DateTimeOffset now)
    {
        _json.Clear();
        _json.Raw("{\"before\":"u8);
        Row(table, before, null, beforeIsKeyOnly);
        _json.Raw(",\"after\":"u8);
        Row(table, after, standIn, keyOnly: false);
        Source(table, position);
        _json.Raw(",\"transaction\":null,\"op\":\""u8);
        _json.Raw(operation);
        var nanos = (now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;
        _json.Raw("\",\"ts_ms\":"u8);
        _json.Number(nanos / 1_000_000);
        _json.Raw(",\"ts_us\":"u8);
        _json.Number(nanos / 1_000);
        _json.Raw(",\"ts_ns\":"u8);
        _json.Number(nanos);
        _json.Raw((byte)'}');
        return _json.Written.ToArray();
    }

    private void Row(TableEncoder table, RowTuple? row, RowTuple? standIn, bool keyOnly)
    {
        if (row is null)
        {
            _json.Null();
            return;
        }

        table.Row(_json, row, standIn, keyOnly);
    }

    private void Source(TableEncoder table, in ChangePosition position)
    {
        _json.Raw(_sourceStart);
        _json.Number(FloorDiv(position.CommitMicros, 1000));
        _json.Raw(",\"snapshot\":\""u8);
        _json.Raw(Marker(position.Snapshot));
        _json.Raw(_database);
        if (position.LastCommit is { } commit)
        {
            _json.Raw("\\\""u8);
            _json.Number(commit.Value);
            _json.Raw("\\\""u8);
        }
        else
        {
            _json.Null();
        }

        _json.Raw(",\\\""u8);
        _json.Number(position.Lsn.Value);
        _json.Raw("\\\"]\",\"ts_us\":"u8);
        _json.Number(position.CommitMicros);
        _json.Raw(",\"ts_ns\":"u8);
        _json.Number(position.CommitMicros);
        _json.Raw("000,\"schema\":"u8);
        _json.Raw(table.SchemaJson);
        _json.Raw(",\"table\":"u8);
        _json.Raw(table.NameJson);
        _json.Raw(",\"txId\":"u8);
        if (position.TransactionId is { } transaction)
        {
            _json.Number((ulong)transaction);
        }
        else
        {
            _json.Null();
        }

        _json.Raw(",\"lsn\":"u8);
        _json.Number(position.Lsn.Value);
        _json.Raw(",\"xmin\":null}"u8);
    }

    private static ReadOnlySpan<byte> Marker(SnapshotMarker marker) => marker switch
    {
        SnapshotMarker.First => "first"u8,
        SnapshotMarker.FirstInTable => "first_in_data_collection"u8,
        SnapshotMarker.Within => "true"u8,
        SnapshotMarker.LastInTable => "last_in_data_collection"u8,
        SnapshotMarker.Last => "last"u8,
        SnapshotMarker.Incremental => "incremental"u8,
        _ => "false"u8,
    };

    private static long FloorDiv(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);
}
