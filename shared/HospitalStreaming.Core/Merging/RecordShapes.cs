using System.Buffers.Text;
using System.Text.Unicode;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Transactions;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// The shapes that one table's changes have had lately. A record of one of them is read without parsing it; every other, and every one with something
/// unusual about it, is left to <see cref="RecordReader"/>, which reads any record and says what is wrong with it. Serves one thread at a time.
/// </summary>
internal sealed class RecordShapes(TableDescription table, TableKey? key, ColumnValueReader values)
{
    private const int MostShapes = 8;
    private const int MostBytes = 16 * 1024;
    private const int MostScalars = 512;

    /// <summary>So many messages are looked at in any case: each operation has a shape of its own.</summary>
    private const int FirstMisses = 32;

    /// <summary>Messages whose shape changes all the time would otherwise cost more than they gain.</summary>
    private const int MissesAShape = 8;

    private readonly ColumnScalars _columns = new(table, values);
    private readonly RecordShapeFinder _finder = new(table);
    private readonly List<RecordShape> _shapes = new(MostShapes);
    private (byte[] Before, byte[] After)? _number;
    private int _misses;

    /// <summary>Reads a record as far as its own message goes; false where it must be parsed.</summary>
    /// <param name="line">The record.</param>
    /// <param name="record">What raw keeps of it.</param>
    /// <param name="id">Its key, where the table has one.</param>
    /// <param name="row">Its row; null for a delete, and where the table has no key.</param>
    internal bool TryRead(in LakeRecord line, out ReadRecord record, out RowKey id, out object?[]? row)
    {
        (record, id, row) = (default, default, null);
        if (_shapes.Count == 0 || line.Value is not { Length: <= MostBytes } value || !IsPlain(value.Span)
            || Find(value.Span) is not { } shape || !ReadKey(line.Key, out id, out var keyPart) || !shape.TryRead(value.Span, _columns, out row, out var fields)
            || (row is not null && !key!.Fits(id, row, out _)))
        {
            return false;
        }

        var marks = shape.Marks;
        record = new ReadRecord
        {
            Op = marks.Op,
            Lsn = fields.Lsn,
            TransactionId = fields.TransactionId,
            Transaction = marks.HasMark && fields.MarkId == fields.TransactionId ? new TransactionMark(fields.MarkId, fields.MarkOrder) : null,
            Snapshot = marks.IsSnapshot,
            CommittedAt = fields.CommittedAt,
            Key = keyPart,
            Before = marks.HasBefore ? value[shape.Before] : default(ReadOnlyMemory<byte>?),
            After = marks.HasAfter ? value[shape.After] : default(ReadOnlyMemory<byte>?),
        };
        return true;
    }

    /// <summary>Remembers the shape of a record that was parsed and has nothing wrong with it.</summary>
    internal void Learn(in LakeRecord line, in ReadRecord record)
    {
        if (record is not { Op: "r" or "c" or "u" or "d", Poison: null } || line.Value is not { Length: <= MostBytes } value || !IsPlain(value.Span)
            || (_misses++ is var miss && miss >= FirstMisses && miss % MissesAShape != 0))
        {
            return;
        }

        _number ??= line.Key is { } bytes ? _finder.Key(bytes.Span) : null;
        if (_finder.Find(value.ToArray(), record.Op, MostScalars) is { } shape && shape.Begin(_columns))
        {
            if (_shapes.Count == MostShapes)
            {
                _shapes.RemoveAt(MostShapes - 1);
            }

            _shapes.Insert(0, shape);
        }
    }

    // An escape by number may be half a character, or one that no text may hold.
    private static bool IsPlain(ReadOnlySpan<byte> value)
    {
        var rare = RareBytes.In(value);
        return !rare.EscapedUnit && (!rare.NonAscii || Utf8.IsValid(value));
    }

    private RecordShape? Find(ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < _shapes.Count; i++)
        {
            if (_shapes[i].Matches(value))
            {
                if (i > 0)
                {
                    (_shapes[0], _shapes[i]) = (_shapes[i], _shapes[0]);
                }

                return _shapes[0];
            }
        }

        return null;
    }

    private bool ReadKey(ReadOnlyMemory<byte>? bytes, out RowKey id, out ReadOnlyMemory<byte>? part)
    {
        (id, part) = (default, bytes);
        if (bytes is { } whole && IsNumber(whole.Span, out id))
        {
            return true;
        }

        using var parsed = ChangeEnvelopeReader.Read(bytes, null);
        part = RecordReader.Slice(bytes, parsed.Key);
        if (key is null || parsed.Kind == ChangeKind.Rejected)
        {
            return parsed.Kind != ChangeKind.Rejected;
        }

        var read = parsed.Key is { } element ? key.Read(element) : null;
        id = read.GetValueOrDefault();
        return read is not null;
    }

    private bool IsNumber(ReadOnlySpan<byte> bytes, out RowKey id)
    {
        id = default;
        if (_number is not { } around || bytes.Length <= around.Before.Length + around.After.Length || !bytes.StartsWith(around.Before) || !bytes.EndsWith(around.After))
        {
            return false;
        }

        var number = bytes[around.Before.Length..^around.After.Length];
        if (new JsonWalk(bytes).Scalar(around.Before.Length) != around.Before.Length + number.Length
            || !Utf8Parser.TryParse(number, out long read, out var length) || length != number.Length || (key is { IsInt32: true } && read != (int)read))
        {
            return false;
        }

        id = read;
        return true;
    }
}
