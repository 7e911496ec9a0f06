using System.Globalization;

namespace HospitalStreaming.Core.Batching;

/// <summary>
/// Where a writer that was just given a partition goes on. The chain of objects is the truth; the committed offset follows it and only tells when
/// something is wrong. A reset or redelivered offset therefore never makes a second object, and nothing is ever jumped in silence.
/// </summary>
/// <param name="Offset">Where to go on; null where the partition must stop.</param>
/// <param name="Reason">Why it must stop: what, where, what to do. Null where it goes on.</param>
public readonly record struct ChainStart(long? Offset, string? Reason)
{
    /// <summary>Decides.</summary>
    /// <param name="spans">The chain's objects in order of their starts: all, or from one at or before the committed offset on.</param>
    /// <param name="committed">The group's committed offset; null where there is none.</param>
    /// <param name="low">First offset the broker still has.</param>
    /// <param name="high">Offset the next record will get.</param>
    public static ChainStart Decide(IReadOnlyList<LakeSpan> spans, long? committed, long low, long high)
    {
        if (spans.Count == 0)
        {
            // Nothing of this stream is in the lake, so nothing can be doubled: begin with the earliest record there is.
            return new(low, null);
        }

        foreach (var fault in ChainTiling.FaultsOf(spans))
        {
            return Stop($"the lake's chain is broken: {fault}; run `hospital verify`, restore the object, then restart");
        }

        var head = spans[^1].Next;
        if (committed > head)
        {
            return Stop(Text($"offset {committed} was committed, but the lake's chain ends at {head}: objects are missing; restore them, or delete the group's offset to write them again"));
        }

        if (head < low)
        {
            return Stop(Text($"the broker no longer has offsets {head} to {low - 1} and the lake does not have them yet: they are lost; re-snapshot the table into a new topic"));
        }

        return head > high
            ? Stop(Text($"the lake's chain ends at {head}, the broker's log at {high}: the log was cut or restored; re-create the topic and re-snapshot"))
            : new(head, null);
    }

    private static ChainStart Stop(string reason) => new(null, reason);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
