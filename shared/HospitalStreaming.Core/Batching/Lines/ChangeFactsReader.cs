using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Reads <see cref="ChangeFacts"/> in the one pass that also proves a value to be JSON. Knows Debezium's envelope with and without "payload"
/// around it, and unwrapped rows with __lsn or __source_lsn. Any other bytes are fine: they just have no facts. One reader serves one thread
/// at a time, as it remembers names.
/// </summary>
public sealed class ChangeFactsReader
{
    private const int Shapes = 4;

    /// <summary>Values whose shape changes all the time would otherwise cost more than they gain.</summary>
    private const int MissesAShape = 8;

    private readonly NameHashes _hashes = new();
    private readonly List<ChangeShape> _shapes = new(Shapes);
    private readonly List<(int Start, int End, bool IsLsn)> _scalars = [];
    private int _misses;

    private enum Part
    {
        None,
        Source,
        After,
    }

    /// <summary>The facts of a value; never throws.</summary>
    public ChangeFacts Read(ReadOnlySpan<byte> value)
    {
        if (!EmbeddableJson.IsPlain(value))
        {
            return default;
        }

        for (var i = 0; i < _shapes.Count; i++)
        {
            if (_shapes[i].TryRead(value, out var facts))
            {
                if (i > 0)
                {
                    (_shapes[0], _shapes[i]) = (_shapes[i], _shapes[0]);
                }

                return facts;
            }
        }

        return Walk(value);
    }

    private ChangeFacts Walk(ReadOnlySpan<byte> value)
    {
        var walk = new JsonWalk(value);
        var notes = _misses++ % MissesAShape == 0 ? _scalars : null;
        _scalars.Clear();
        var scan = new Scan(_hashes, notes);
        scan.Run(ref walk);
        if (!walk.IsWhole)
        {
            return default;
        }

        var facts = new ChangeFacts(true, scan.Lsn, scan.Table, scan.HasEnvelope ? scan.After : scan.Row);
        if (notes is not null && ChangeShape.Of(value, notes, facts) is { } shape)
        {
            if (_shapes.Count == Shapes)
            {
                _shapes.RemoveAt(Shapes - 1);
            }

            _shapes.Insert(0, shape);
        }

        return facts;
    }

    private struct Scan(NameHashes hashes, List<(int Start, int End, bool IsLsn)>? scalars)
    {
        internal Lsn? Lsn;
        internal ulong Table;
        internal ulong After;
        internal ulong Row;
        internal bool HasEnvelope;
        private Part _part;
        private int _envelope = 1;

        internal void Run(ref JsonWalk walk)
        {
            while (walk.Next())
            {
                if (walk.Piece != JsonPiece.Name)
                {
                    Note(ref walk, isLsn: false);
                    continue;
                }

                // A name's depth is its object's: 1 for the outermost.
                if (walk.Depth == _envelope)
                {
                    Field(ref walk);
                }
                else if (walk.Depth == _envelope + 1)
                {
                    Inner(ref walk);
                }
            }
        }

        private void Field(ref JsonWalk walk)
        {
            _part = Part.None;
            if (walk.Is("source"u8))
            {
                _part = Part.Source;
                HasEnvelope = true;
            }
            else if (walk.Is("after"u8))
            {
                _part = Part.After;
            }
            else if (_envelope == 1 && walk.Is("payload"u8))
            {
                _envelope = 2;
                Row = 0;
            }
            else if (walk.Is("__lsn"u8) || walk.Is("__source_lsn"u8))
            {
                Row += hashes.Of("__lsn"u8);
                ReadLsn(ref walk);
                return;
            }

            Row += hashes.Of(walk.Bytes);
        }

        private void Inner(ref JsonWalk walk)
        {
            if (_part == Part.After)
            {
                After += hashes.Of(walk.Bytes);
            }
            else if (_part == Part.Source && walk.MayBe("lsn"u8, "table"u8, "schema"u8))
            {
                if (walk.Is("lsn"u8))
                {
                    ReadLsn(ref walk);
                }
                else if (walk.Is("table"u8) || walk.Is("schema"u8))
                {
                    // Not noted: the facts depend on it, so it belongs to the shape.
                    walk.Next();
                    Table = NameHashes.Mix((Table * 31) + hashes.Of(walk.Piece == JsonPiece.Text ? walk.Bytes : default));
                }
            }
        }

        private void ReadLsn(ref JsonWalk walk)
        {
            walk.Next();
            Note(ref walk, isLsn: true);
            Lsn = walk.AsLsn() ?? Lsn;
        }

        private readonly void Note(ref JsonWalk walk, bool isLsn)
        {
            if (scalars is not null && walk.Piece is JsonPiece.Text or JsonPiece.Number or JsonPiece.Word)
            {
                scalars.Add((walk.ScalarStart, walk.At, isLsn));
            }
        }
    }
}
