namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>
/// Writes what Debezium's provide.transaction.metadata adds: BEGIN and END of a transaction, and in each change its place. Only changes that are
/// sent are counted, tombstones are not. An id is "transaction:LSN" with the LSN of the message it stands in. What it holds is one count a table,
/// however large the transaction is.
/// </summary>
internal sealed class TransactionWriter
{
    private readonly JsonBuffer _json = new();
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<Counted> _tables = [];
    private uint _id;
    private long _commitMs;
    private long _total;

    /// <summary>BEGIN of a transaction.</summary>
    /// <param name="id">Top-level transaction id.</param>
    /// <param name="lsn">Where it begins in the stream.</param>
    /// <param name="commitMs">When it committed, milliseconds since 1970.</param>
    internal EncodedChange Begin(uint id, Lsn lsn, long commitMs)
    {
        (_id, _commitMs, _total) = (id, commitMs, 0);
        _places.Clear();
        _tables.Clear();
        var key = Key(lsn);
        Open("BEGIN"u8, lsn);
        _json.Raw("null,\"data_collections\":null"u8);
        return new EncodedChange(key, Close());
    }

    /// <summary>Adds the transaction block of its next change, and counts it.</summary>
    internal void Block(JsonBuffer json, TableEncoder table, Lsn lsn)
    {
        if (!_places.TryGetValue(table.Collection, out var place))
        {
            _places[table.Collection] = place = _tables.Count;
            _tables.Add(new Counted(JavaHash(table.Collection), table.CollectionJson, 0));
        }

        var order = _tables[place].Count + 1;
        _tables[place] = _tables[place] with { Count = order };
        json.Raw((byte)'{');
        Id(json, lsn);
        json.Raw(",\"total_order\":"u8);
        json.Number(++_total);
        json.Raw(",\"data_collection_order\":"u8);
        json.Number(order);
        json.Raw((byte)'}');
    }

    /// <summary>END of it.</summary>
    /// <param name="lsn">Where its commit ends.</param>
    internal EncodedChange End(Lsn lsn)
    {
        var key = Key(lsn);
        Open("END"u8, lsn);
        _json.Number(_total);
        _json.Raw(",\"data_collections\":["u8);
        var comma = false;
        foreach (var table in InDebeziumsOrder())
        {
            _json.Raw(comma ? ",{\"data_collection\":"u8 : "{\"data_collection\":"u8);
            _json.Raw(table.NameJson);
            _json.Raw(",\"event_count\":"u8);
            _json.Number(table.Count);
            _json.Raw((byte)'}');
            comma = true;
        }

        _json.Raw((byte)']');
        return new EncodedChange(key, Close());
    }

    // Debezium keeps its counts in a java.util.HashMap: buckets by hash, 16 at first, doubled at each three quarters; within one the first change decides.
    private IEnumerable<Counted> InDebeziumsOrder()
    {
        var buckets = 16;
        while (_tables.Count > buckets / 4 * 3)
        {
            buckets *= 2;
        }

        return _tables.OrderBy(table => table.Hash & (uint)(buckets - 1));
    }

    // String.hashCode, spread as HashMap spreads it.
    private static uint JavaHash(string text)
    {
        var hash = 0u;
        foreach (var unit in text)
        {
            hash = unchecked((hash * 31) + unit);
        }

        return hash ^ (hash >> 16);
    }

    private byte[] Key(Lsn lsn)
    {
        _json.Clear();
        _json.Raw((byte)'{');
        Id(_json, lsn);
        _json.Raw((byte)'}');
        return _json.Written.ToArray();
    }

    private void Open(ReadOnlySpan<byte> status, Lsn lsn)
    {
        _json.Clear();
        _json.Raw("{\"status\":\""u8);
        _json.Raw(status);
        _json.Raw("\","u8);
        Id(_json, lsn);
        _json.Raw(",\"event_count\":"u8);
    }

    private byte[] Close()
    {
        _json.Raw(",\"ts_ms\":"u8);
        _json.Number(_commitMs);
        _json.Raw((byte)'}');
        return _json.Written.ToArray();
    }

    private void Id(JsonBuffer json, Lsn lsn)
    {
        json.Raw("\"id\":\""u8);
        json.Number((ulong)_id);
        json.Raw((byte)':');
        json.Number(lsn.Value);
        json.Raw((byte)'"');
    }

    private readonly record struct Counted(uint Hash, byte[] NameJson, long Count);
}
