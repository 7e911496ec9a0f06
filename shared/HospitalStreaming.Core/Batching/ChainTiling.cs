namespace HospitalStreaming.Core.Batching;

/// <summary>Whether spans tile a log: each begins where the one before it ended.</summary>
public static class ChainTiling
{
    /// <summary>What is wrong between neighbours, in log order; empty where the spans tile.</summary>
    /// <param name="spans">In order of their starts.</param>
    public static IEnumerable<ChainFault> FaultsOf(IEnumerable<LakeSpan> spans)
    {
        long? expected = null;
        foreach (var span in spans)
        {
            if (span.Next <= span.Start)
            {
                yield return new(ChainFaultKind.Empty, span.Start, span.Next);
                continue;
            }

            if (expected is { } next && span.Start != next)
            {
                yield return span.Start > next ? new(ChainFaultKind.Gap, next, span.Start) : new(ChainFaultKind.Overlap, span.Start, next);
            }

            expected = Math.Max(expected ?? 0, span.Next);
        }
    }
}
