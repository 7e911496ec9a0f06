using System.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Writes keys and rows of one table; names are turned into JSON once.</summary>
public sealed class TableEncoder
{
    private readonly byte[][] _names;
    private readonly int[] _keys;
    private readonly ValueModes _modes;

    /// <summary>Prepares a table.</summary>
    public TableEncoder(CapturedTable table, ValueModes modes)
    {
        Table = table;
        _modes = modes;
        _names = [.. table.Columns.Select(column => Name(column.Name))];
        _keys = [.. Enumerable.Range(0, table.Columns.Length).Where(index => table.Columns[index].IsKey)];
        SchemaJson = Quoted(table.Schema);
        NameJson = Quoted(table.Name);
        Collection = table.Schema + "." + table.Name;
        CollectionJson = Quoted(Collection);
    }

    /// <summary>The table.</summary>
    public CapturedTable Table { get; }

    internal byte[] SchemaJson { get; }

    internal byte[] NameJson { get; }

    /// <summary>schema.table, as transaction metadata names it.</summary>
    internal string Collection { get; }

    internal byte[] CollectionJson { get; }

    /// <summary>The key as JSON, or null where the table has none.</summary>
    public byte[]? Key(RowTuple row, JsonBuffer scratch)
    {
        if (_keys.Length == 0)
        {
            return null;
        }

        scratch.Clear();
        scratch.Raw((byte)'{');
        for (var i = 0; i < _keys.Length; i++)
        {
            if (i > 0)
            {
                scratch.Raw((byte)',');
            }

            Column(scratch, row, null, _keys[i], absent: false);
        }

        scratch.Raw((byte)'}');
        return scratch.Written.ToArray();
    }

    /// <summary>Whether both rows have equal keys.</summary>
    public bool SameKey(RowTuple left, RowTuple right)
    {
        foreach (var key in _keys)
        {
            if (!right.IsUnchanged(key) && !left.Text(key).SequenceEqual(right.Text(key)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds the row as a JSON object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="row">The row.</param>
    /// <param name="old">The full row before, whose values stand in for untouched ones; or null.</param>
    /// <param name="keyOnly">The log carries the key columns only: the others are written as null, as Debezium does.</param>
    public void Row(JsonBuffer json, RowTuple row, RowTuple? old, bool keyOnly)
    {
        json.Raw((byte)'{');
        for (var column = 0; column < _names.Length; column++)
        {
            if (column > 0)
            {
                json.Raw((byte)',');
            }

            Column(json, row, old, column, absent: keyOnly && !Table.Columns[column].IsKey);
        }

        json.Raw((byte)'}');
    }

    private void Column(JsonBuffer json, RowTuple row, RowTuple? old, int column, bool absent)
    {
        json.Raw(_names[column]);
        var type = Table.Columns[column].Type;
        if (absent || column >= row.Count || row.IsNull(column))
        {
            json.Null();
        }
        else if (!row.IsUnchanged(column))
        {
            ValueWriter.Write(json, row.Text(column), type, _modes);
        }
        else if (old is null || old.IsUnchanged(column))
        {
            ValueWriter.Unavailable(json, type, _modes);
        }
        else if (old.IsNull(column))
        {
            json.Null();
        }
        else
        {
            ValueWriter.Write(json, old.Text(column), type, _modes);
        }
    }

    private static byte[] Name(string name) => [.. Quoted(name), (byte)':'];

    private static byte[] Quoted(string text)
    {
        var json = new JsonBuffer();
        json.Text(Encoding.UTF8.GetBytes(text));
        return json.Written.ToArray();
    }
}
