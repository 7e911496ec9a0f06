using System.Buffers.Text;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// A change's message that was read, and what each of its scalars is read for. Another message that differs from it in these scalars only is the same
/// change of a row with other values, so that they are read where they stand and nothing is parsed. Most scalars of a table's messages never vary:
/// those that were not seen to are compared, and their values are shared.
/// </summary>
internal sealed class RecordShape
{
    private readonly byte[] _value;
    private readonly RecordScalar[] _scalars;
    private readonly RecordMarks _marks;
    private readonly object?[] _row;
    private readonly bool[] _varies;
    private int[] _varying = [];
    private int[] _starts = [];
    private int[] _ends = [];
    private (int BeforeStart, int BeforeEnd, int AfterStart, int AfterEnd) _shiftedBy;
    private Fields _fields;

    /// <param name="value">The message.</param>
    /// <param name="scalars">Its scalars that may vary, in their order.</param>
    /// <param name="marks">Where its rows stand, and its operation.</param>
    /// <param name="width">How many columns the table has.</param>
    internal RecordShape(byte[] value, RecordScalar[] scalars, RecordMarks marks, int width)
    {
        (_value, _scalars, _marks, _row, _varies) = (value, scalars, marks, new object?[width], new bool[scalars.Length]);
    }

    /// <summary>Where its rows stand, and its operation.</summary>
    internal RecordMarks Marks => _marks;

    /// <summary>Reads what its own message says; false where that cannot be read here.</summary>
    internal bool Begin(ColumnScalars columns)
    {
        for (var i = 0; i < _scalars.Length; i++)
        {
            var scalar = _scalars[i];
            if (!Take(scalar, _value.AsSpan(scalar.Start, scalar.End - scalar.Start), columns, _row, ref _fields))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a message has this shape. If so, <see cref="TryRead"/> may follow.</summary>
    internal bool Matches(ReadOnlySpan<byte> value)
    {
        if (MatchesVarying(value))
        {
            return true;
        }

        return _varying.Length < _scalars.Length && Learn(value) && MatchesVarying(value);
    }

    /// <summary>What the message that matched last says; false where some scalar cannot be read here.</summary>
    internal bool TryRead(ReadOnlySpan<byte> value, ColumnScalars columns, out object?[]? row, out Fields fields)
    {
        fields = _fields;
        row = _marks.ReadsRow ? [.. _row] : null;
        for (var i = 0; i < _varying.Length; i++)
        {
            if (!Take(_scalars[_varying[i]], value[_starts[i].._ends[i]], columns, row, ref fields))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where the row before stands in the message that matched last; empty where it has none.</summary>
    internal Range Before => (_marks.BeforeStart + Shift(_shiftedBy.BeforeStart))..(_marks.BeforeEnd + Shift(_shiftedBy.BeforeEnd));

    /// <summary>Where the row after stands in the message that matched last; empty where it has none.</summary>
    internal Range After => (_marks.AfterStart + Shift(_shiftedBy.AfterStart))..(_marks.AfterEnd + Shift(_shiftedBy.AfterEnd));

    private static bool Take(in RecordScalar scalar, ReadOnlySpan<byte> bytes, ColumnScalars columns, object?[]? row, ref Fields fields)
    {
        switch (scalar.Role)
        {
            case RecordRole.Column:
                return columns.TryRead(bytes, scalar.Column, out row![scalar.Column]);
            case RecordRole.Lsn:
                var isLsn = Number(bytes, out ulong lsn);
                fields.Lsn = new Lsn(lsn);
                return isLsn;
            case RecordRole.TransactionId:
                var isId = Number(bytes, out ulong id) && id <= uint.MaxValue;
                fields.TransactionId = (uint)id;
                return isId;
            case RecordRole.CommittedMicros:
                var isMicros = Number(bytes, out long micros);
                fields.CommittedAt = Instants.FromUnixMicroseconds(micros);
                return isMicros;
            case RecordRole.CommittedMillis:
                var isMillis = Number(bytes, out long millis);
                fields.CommittedAt = Instants.FromUnixMicroseconds((Int128)millis * 1000);
                return isMillis;
            case RecordRole.MarkId:
                return Mark(bytes, ref fields);
            case RecordRole.MarkOrder:
                return Number(bytes, out fields.MarkOrder) && fields.MarkOrder > 0;
            default:
                return true;
        }
    }

    // "transaction id:LSN"; the LSN is of the record it stands in.
    private static bool Mark(ReadOnlySpan<byte> text, ref Fields fields)
    {
        var colon = text.IndexOf((byte)':');
        return colon > 1 && text[0] == '"' && Digits(text[1..colon]) && Digits(text[(colon + 1)..^1])
            && Utf8Parser.TryParse(text[1..colon], out fields.MarkId, out var read) && read == colon - 1
            && Utf8Parser.TryParse(text[(colon + 1)..^1], out ulong _, out read) && read == text.Length - colon - 2;
    }

    private static bool Digits(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    // Their grammar is checked already.
    private static bool Number(ReadOnlySpan<byte> bytes, out ulong number) => Utf8Parser.TryParse(bytes, out number, out var read) && read == bytes.Length;

    private static bool Number(ReadOnlySpan<byte> bytes, out long number) => Utf8Parser.TryParse(bytes, out number, out var read) && read == bytes.Length;

    private int Shift(int scalars) => scalars == 0 ? 0 : _ends[scalars - 1] - _scalars[_varying[scalars - 1]].End;

    private bool MatchesVarying(ReadOnlySpan<byte> value)
    {
        var walk = new JsonWalk(value);
        var (at, from) = (0, 0);
        for (var i = 0; i < _varying.Length; i++)
        {
            ref readonly var scalar = ref _scalars[_varying[i]];
            var between = _value.AsSpan(from, scalar.Start - from);
            if (!value[at..].StartsWith(between))
            {
                return false;
            }

            _starts[i] = at + between.Length;
            at = walk.Scalar(_starts[i]);
            if (at < 0)
            {
                return false;
            }

            (_ends[i], from) = (at, scalar.End);
        }

        return value[at..].SequenceEqual(_value.AsSpan(from));
    }

    /// <summary>Notes which scalars of a message of this shape have another text than they had so far; false where it has another shape.</summary>
    private bool Learn(ReadOnlySpan<byte> value)
    {
        var walk = new JsonWalk(value);
        var (at, from) = (0, 0);
        var varies = new bool[_scalars.Length];
        for (var i = 0; i < _scalars.Length; i++)
        {
            var (start, end) = (_scalars[i].Start, _scalars[i].End);
            var between = _value.AsSpan(from, start - from);
            if (!value[at..].StartsWith(between))
            {
                return false;
            }

            var begins = at + between.Length;
            at = walk.Scalar(begins);
            if (at < 0)
            {
                return false;
            }

            varies[i] = !value[begins..at].SequenceEqual(_value.AsSpan(start, end - start));
            from = end;
        }

        if (!value[at..].SequenceEqual(_value.AsSpan(from)))
        {
            return false;
        }

        for (var i = 0; i < varies.Length; i++)
        {
            _varies[i] |= varies[i];
        }

        _varying = [.. Enumerable.Range(0, _scalars.Length).Where(i => _varies[i])];
        (_starts, _ends) = (new int[_varying.Length], new int[_varying.Length]);
        _shiftedBy = (VaryingBefore(_marks.BeforeStart), VaryingBefore(_marks.BeforeEnd), VaryingBefore(_marks.AfterStart), VaryingBefore(_marks.AfterEnd));
        return true;
    }

    private int VaryingBefore(int place) => _varying.Count(i => _scalars[i].End <= place);

    /// <summary>What a message says beside its row.</summary>
    internal struct Fields
    {
        internal Lsn? Lsn;
        internal uint? TransactionId;
        internal DateTimeOffset? CommittedAt;
        internal uint MarkId;
        internal long MarkOrder;
    }
}
