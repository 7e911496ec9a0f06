using System.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>
/// Writes changes as Debezium 3.3's JSON messages: same fields, same order, same keys; a delete is followed by a tombstone; a changed key becomes
/// delete, tombstone and create with Debezium's headers, each of which may be among the operations that are skipped; where it is wanted, transaction metadata. Not thread-safe: one a stream.
/// </summary>
public sealed class ChangeEncoder
{
    private readonly JsonBuffer _json = new();
    private readonly JsonBuffer _keys = new();
    private readonly byte[] _sourceStart;
    private readonly byte[] _database;
    private readonly bool _tombstones;
    private readonly IReadOnlySet<char>? _skipped;
    private readonly TransactionWriter? _transactions;
    private bool _inTransaction;

    /// <summary>Prepares the parts that stay the same.</summary>
    public ChangeEncoder(EnvelopeIdentity identity)
    {
        _tombstones = identity.TombstonesOnDelete;
        _skipped = identity.SkippedOperations;
        _transactions = identity.TransactionMetadata ? new TransactionWriter() : null;
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

    /// <summary>A transaction begins: one message where metadata is wanted. Its changes and <see cref="End"/> follow.</summary>
    /// <param name="transaction">The transaction; its LSN is where it begins in the stream.</param>
    /// <param name="output">Takes the message for the transaction topic.</param>
    public void Begin(in ChangePosition transaction, List<EncodedChange> output)
    {
        if (_transactions is not null && transaction.TransactionId is { } id)
        {
            _inTransaction = true;
            output.Add(_transactions.Begin(id, transaction.Lsn, FloorDiv(transaction.CommitMicros, 1000)));
        }
    }

    /// <summary>The transaction ends: one message where metadata is wanted.</summary>
    /// <param name="end">Where its commit ends.</param>
    /// <param name="output">Takes the message for the transaction topic.</param>
    public void End(Lsn end, List<EncodedChange> output)
    {
        if (_inTransaction)
        {
            _inTransaction = false;
            output.Add(_transactions!.End(end));
        }
    }

    /// <summary>An inserted row (c), or one read by a snapshot (r) where the position says so.</summary>
    public void Insert(TableEncoder table, RowTuple row, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        var operation = position.Snapshot == SnapshotMarker.None ? 'c' : 'r';
        if (IsSkipped(operation))
        {
            return;
        }

        output.Add(new EncodedChange(table.Key(row, _keys), Value(table, null, false, row, null, position, operation, now)));
    }

    /// <summary>An updated row.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="old">The row before as the log has it: all columns, the key columns only, or null.</param>
    /// <param name="oldIsKeyOnly">Whether only the key columns of it are real.</param>
    /// <param name="row">The row after.</param>
    /// <param name="position">Where and when.</param>
    /// <param name="now">Processing time.</param>
    /// <param name="output">Takes one message, or up to three for a changed key; none where they are skipped.</param>
    public void Update(
        TableEncoder table, RowTuple? old, bool oldIsKeyOnly, RowTuple row, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        var full = oldIsKeyOnly ? null : old;
        var newKey = table.Key(row, _keys);
        var oldKey = old is null || newKey is null || table.SameKey(old, row) ? newKey : table.Key(old, _keys);

        // Texts that differ may be one key as it is sent, 1.0 and 1.00 as doubles: to every reader the row has kept it, and to Debezium too.
        if (old is null || oldKey.AsSpan().SequenceEqual(newKey))
        {
            if (!IsSkipped('u'))
            {
                output.Add(new EncodedChange(newKey, Value(table, old, oldIsKeyOnly, row, full, position, 'u', now)));
            }

            return;
        }

        if (!IsSkipped('d'))
        {
            output.Add(new EncodedChange(
                oldKey, Value(table, old, oldIsKeyOnly, null, null, position, 'd', now), ChangeFields.NewKeyHeader, newKey));
            if (_tombstones)
            {
                output.Add(new EncodedChange(oldKey, null, ChangeFields.NewKeyHeader, newKey));
            }
        }

        if (!IsSkipped('c'))
        {
            output.Add(new EncodedChange(
                newKey, Value(table, null, false, row, full, position, 'c', now), ChangeFields.OldKeyHeader, oldKey));
        }
    }

    /// <summary>A deleted row; its tombstone follows.</summary>
    public void Delete(TableEncoder table, RowTuple old, bool oldIsKeyOnly, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        if (IsSkipped('d'))
        {
            return;
        }

        var key = table.Key(old, _keys);
        output.Add(new EncodedChange(key, Value(table, old, oldIsKeyOnly, null, null, position, 'd', now)));
        if (_tombstones)
        {
            output.Add(new EncodedChange(key, null));
        }
    }

    /// <summary>A truncated table.</summary>
    public void Truncate(TableEncoder table, in ChangePosition position, DateTimeOffset now, List<EncodedChange> output)
    {
        if (!IsSkipped('t'))
        {
            output.Add(new EncodedChange(null, Value(table, null, false, null, null, position, 't', now)));
        }
    }

    private bool IsSkipped(char operation) => _skipped?.Contains(operation) == true;

    private byte[] Value(
        TableEncoder table, RowTuple? before, bool beforeIsKeyOnly, RowTuple? after, RowTuple? standIn, in ChangePosition position, char operation, DateTimeOffset now)
    {
        _json.Clear();
        _json.Raw("{\"before\":"u8);
        Row(table, before, null, beforeIsKeyOnly);
        _json.Raw(",\"after\":"u8);
        Row(table, after, standIn, keyOnly: false);
        Source(table, position);
        _json.Raw(",\"transaction\":"u8);
        if (_inTransaction)
        {
            _transactions!.Block(_json, table, position.Lsn);
        }
        else
        {
            _json.Null();
        }

        _json.Raw(",\"op\":\""u8);
        _json.Raw((byte)operation);
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
