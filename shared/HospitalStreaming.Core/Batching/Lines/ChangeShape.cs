using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// All of a value but its scalars: what stands between them, byte for byte. A value with other scalars in the same places is JSON too, with the
/// same names at the same depths, so that its facts are known but for its LSN. Debezium's messages of one table and operation share one shape.
/// </summary>
internal sealed class ChangeShape
{
    private const int MostScalars = 512;
    private const int MostBytes = 16 * 1024;
    private readonly byte[] _between;
    private readonly int[] _ends;
    private readonly bool[] _isLsn;
    private readonly ChangeFacts _facts;

    private ChangeShape(byte[] between, int[] ends, bool[] isLsn, ChangeFacts facts) => (_between, _ends, _isLsn, _facts) = (between, ends, isLsn, facts);

    /// <summary>The shape of a value that was walked to its end; null where it would be too large to be worth it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="scalars">Its scalars in their order, without those that facts depend on by their text.</param>
    /// <param name="facts">Its facts.</param>
    internal static ChangeShape? Of(ReadOnlySpan<byte> value, List<(int Start, int End, bool IsLsn)> scalars, ChangeFacts facts)
    {
        if (scalars.Count > MostScalars || value.Length > MostBytes)
        {
            return null;
        }

        var between = new List<byte>(value.Length);
        var ends = new int[scalars.Count + 1];
        var at = 0;
        for (var i = 0; i < scalars.Count; i++)
        {
            between.AddRange(value[at..scalars[i].Start]);
            ends[i] = between.Count;
            at = scalars[i].End;
        }

        between.AddRange(value[at..]);
        ends[^1] = between.Count;
        return new ChangeShape([.. between], ends, [.. scalars.Select(scalar => scalar.IsLsn)], facts with { Lsn = null });
    }

    /// <summary>The facts of a value that has this shape; false where it has another, or is no JSON.</summary>
    internal bool TryRead(ReadOnlySpan<byte> value, out ChangeFacts facts)
    {
        facts = default;
        var walk = new JsonWalk(value);
        Lsn? lsn = null;
        var (at, from) = (0, 0);
        for (var i = 0; i < _isLsn.Length; i++)
        {
            var between = _between.AsSpan(from, _ends[i] - from);
            if (!value[at..].StartsWith(between))
            {
                return false;
            }

            at = walk.Scalar(at + between.Length);
            if (at < 0)
            {
                return false;
            }

            lsn = _isLsn[i] && walk.AsLsn() is { } read ? read : lsn;
            from = _ends[i];
        }

        if (!value[at..].SequenceEqual(_between.AsSpan(from)))
        {
            return false;
        }

        facts = _facts with { Lsn = lsn };
        return true;
    }
}
