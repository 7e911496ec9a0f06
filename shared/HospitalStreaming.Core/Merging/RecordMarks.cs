namespace HospitalStreaming.Core.Merging;

/// <summary>Where the rows of a change's message stand, and what is the same in all messages of its shape.</summary>
/// <param name="Op">op.</param>
/// <param name="ReadsRow">Whether the row after is what becomes of the row. A delete's is only kept, and so is every one of a table without a key.</param>
/// <param name="HasMark">Whether it has a transaction block.</param>
/// <param name="BeforeStart">Where the row before begins.</param>
/// <param name="BeforeEnd">Where it ends: 0 where there is none.</param>
/// <param name="AfterStart">Where the row after begins.</param>
/// <param name="AfterEnd">Where it ends: 0 where there is none.</param>
internal readonly record struct RecordMarks(string Op, bool ReadsRow, bool HasMark, int BeforeStart, int BeforeEnd, int AfterStart, int AfterEnd)
{
    internal bool IsSnapshot => Op == "r";

    internal bool HasBefore => BeforeEnd > 0;

    internal bool HasAfter => AfterEnd > 0;
}
