using System.Text;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Core.Merging;

/// <summary>Finds what the scalars of one table's messages are read for. Knows Debezium's envelope; one with its schema, and an unwrapped row, have no shape.</summary>
internal sealed class RecordShapeFinder(TableDescription table)
{
    private readonly Dictionary<string, int> _places =
        table.Columns.Select((column, place) => (column.Name, place)).ToDictionary(column => column.Name, column => column.place, StringComparer.Ordinal);

    /// <summary>What stands before and behind the number in a key of one field, which is the table's if that has a key; null for any other key.</summary>
    internal (byte[] Before, byte[] After)? Key(ReadOnlySpan<byte> key)
    {
        var walk = new JsonWalk(key);
        if (key.IsEmpty || key[0] != '{' || key[^1] != '}' || !walk.Next() || !walk.Next() || walk.Piece != JsonPiece.Name
            || (table.HasKey && !(table.HasNumberKey && walk.Is(Encoding.UTF8.GetBytes(table.KeyColumn)))) || !walk.Next() || walk.Piece != JsonPiece.Number)
        {
            return null;
        }

        var (start, end) = (walk.ScalarStart, walk.At);
        return walk.Next() && walk.IsWhole ? (key[..start].ToArray(), key[end..].ToArray()) : null;
    }

    /// <summary>The shape of a message that can be applied; null where it has none.</summary>
    /// <param name="value">The message.</param>
    /// <param name="op">Its operation.</param>
    /// <param name="most">Most scalars that are worth it.</param>
    internal RecordShape? Find(byte[] value, string op, int most)
    {
        var found = new Search(_places, op, table.HasKey && op != "d");
        var walk = new JsonWalk(value);
        while (walk.Next())
        {
            if (!found.Take(ref walk))
            {
                return null;
            }
        }

        return walk.IsWhole && found.Scalars.Count <= most ? new RecordShape(value, found.Roles(), found.Marks, table.Columns.Length) : null;
    }

    private sealed class Search(Dictionary<string, int> places, string op, bool readsRow)
    {
        private readonly HashSet<string> _fields = new(StringComparer.Ordinal);
        private readonly HashSet<string> _inner = new(StringComparer.Ordinal);
        private string? _field;
        private string? _name;

        internal List<RecordScalar> Scalars { get; } = [];

        internal RecordMarks Marks { get; private set; } = new(op, readsRow, false, 0, 0, 0, 0);

        /// <summary>False where the message has no shape: a name is there twice or written with escapes, or a value is no scalar that is read as one.</summary>
        internal bool Take(ref JsonWalk walk)
        {
            switch (walk.Piece)
            {
                case JsonPiece.Name:
                    return walk.Depth > 2 || Name(walk.Depth == 1, walk.Bytes);
                case JsonPiece.Open:
                    Mark(walk.Depth - 1, walk.At - 1, isEnd: false);
                    return walk.Depth != 3 || RoleOf() is (RecordRole.None, _);
                case JsonPiece.Close:
                    Mark(walk.Depth, walk.At, isEnd: true);
                    return true;
                default:
                    Scalar(walk.Depth, walk.ScalarStart, walk.At);
                    return true;
            }
        }

        /// <summary>The scalars that may vary.</summary>
        internal RecordScalar[] Roles()
        {
            bool Has(RecordRole role) => Scalars.Exists(scalar => scalar.Role == role);
            Marks = Marks with { HasMark = Has(RecordRole.MarkId) && Has(RecordRole.MarkOrder) };
            var exact = Has(RecordRole.CommittedMicros);
            return [.. Scalars.Select(scalar => exact && scalar.Role == RecordRole.CommittedMillis ? scalar with { Role = RecordRole.None } : scalar)];
        }

        private bool Name(bool outermost, ReadOnlySpan<byte> bytes)
        {
            var name = Encoding.UTF8.GetString(bytes);
            if (outermost)
            {
                (_field, _name) = (name, null);
                _inner.Clear();
                return !bytes.Contains((byte)'\\') && name is not ("__op" or "payload") && _fields.Add(name);
            }

            _name = name;
            return _field is not ("source" or "after" or "transaction") || (!bytes.Contains((byte)'\\') && _inner.Add(name));
        }

        private void Mark(int depth, int at, bool isEnd)
        {
            if (depth == 1 && _field == "before")
            {
                Marks = isEnd ? Marks with { BeforeEnd = at } : Marks with { BeforeStart = at };
            }
            else if (depth == 1 && _field == "after")
            {
                Marks = isEnd ? Marks with { AfterEnd = at } : Marks with { AfterStart = at };
            }
        }

        // What decides how all else is read is not noted, so it belongs to the shape.
        private void Scalar(int depth, int start, int end)
        {
            if ((depth == 1 && _field is "op" or "before" or "after" or "source" or "transaction") || (depth == 2 && _field == "source" && _name == "snapshot"))
            {
                return;
            }

            var (role, place) = depth == 2 ? RoleOf() : default;
            Scalars.Add(new RecordScalar(start, end, role, place));
        }

        private (RecordRole Role, int Place) RoleOf() => (_field, _name) switch
        {
            ("source", "lsn") => (RecordRole.Lsn, 0),
            ("source", "txId") => (RecordRole.TransactionId, 0),
            ("source", "ts_us") => (RecordRole.CommittedMicros, 0),
            ("source", "ts_ms") => (RecordRole.CommittedMillis, 0),
            ("transaction", "id") => (RecordRole.MarkId, 0),
            ("transaction", "data_collection_order") => (RecordRole.MarkOrder, 0),
            ("after", { } name) when Marks.ReadsRow && places.TryGetValue(name, out var place) => (RecordRole.Column, place),
            _ => default,
        };
    }
}
