using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// A value and where its scalars stand. Another value that differs from it in scalars only is JSON too, with the same names at the same depths, so
/// that its facts are known but for its LSN. Debezium's messages of one table and operation share one shape, and most of their scalars too: only
/// those that were seen to vary are read, all else is compared.
/// </summary>
internal sealed class ChangeShape
{
    private const int MostScalars = 512;
    private const int MostBytes = 16 * 1024;
    private readonly byte[] _value;
    private readonly (int Start, int End, bool IsLsn)[] _scalars;
    private readonly bool[] _varies;
    private readonly ChangeFacts _facts;
    private (int Start, int End, bool IsLsn)[] _varying;

    private ChangeShape(byte[] value, (int Start, int End, bool IsLsn)[] scalars, ChangeFacts facts)
    {
        (_value, _scalars, _facts) = (value, scalars, facts);
        _varies = [.. scalars.Select(scalar => scalar.IsLsn)];
        _varying = [.. scalars.Where(scalar => scalar.IsLsn)];
    }

    /// <summary>The shape of a value that was walked to its end; null where it would be too large to be worth it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="scalars">Its scalars in their order, without those that facts depend on by their text.</param>
    /// <param name="facts">Its facts.</param>
    internal static ChangeShape? Of(ReadOnlySpan<byte> value, List<(int Start, int End, bool IsLsn)> scalars, ChangeFacts facts) =>
        scalars.Count > MostScalars || value.Length > MostBytes ? null : new ChangeShape(value.ToArray(), [.. scalars], facts with { Lsn = null });

    /// <summary>The facts of a value that has this shape; false where it has another, or is no JSON.</summary>
    internal bool TryRead(ReadOnlySpan<byte> value, out ChangeFacts facts)
    {
        if (Matches(value, _varying, out var lsn) || (_varying.Length < _scalars.Length && Matches(value, _scalars, out lsn) && Learn(value)))
        {
            facts = _facts with { Lsn = lsn };
            return true;
        }

        facts = default;
        return false;
    }

    /// <summary>Whether a value is this one but for the scalars named, which may have any text.</summary>
    private bool Matches(ReadOnlySpan<byte> value, (int Start, int End, bool IsLsn)[] scalars, out Lsn? lsn)
    {
        var walk = new JsonWalk(value);
        var (at, from) = (0, 0);
        lsn = null;
        foreach (ref readonly var scalar in scalars.AsSpan())
        {
            var between = _value.AsSpan(from, scalar.Start - from);
            if (!value[at..].StartsWith(between))
            {
                return false;
            }

            at = walk.Scalar(at + between.Length);
            if (at < 0)
            {
                return false;
            }

            lsn = scalar.IsLsn && walk.AsLsn() is { } read ? read : lsn;
            from = scalar.End;
        }

        return value[at..].SequenceEqual(_value.AsSpan(from));
    }

    /// <summary>Notes which scalars of a value of this shape have another text than they had so far.</summary>
    private bool Learn(ReadOnlySpan<byte> value)
    {
        var walk = new JsonWalk(value);
        var (at, from) = (0, 0);
        for (var i = 0; i < _scalars.Length; i++)
        {
            var (start, end, _) = _scalars[i];
            var begins = at + start - from;
            at = walk.Scalar(begins);
            _varies[i] |= !value[begins..at].SequenceEqual(_value.AsSpan(start, end - start));
            from = end;
        }

        _varying = [.. _scalars.Where((_, i) => _varies[i])];
        return true;
    }
}
