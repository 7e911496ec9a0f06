namespace HospitalStreaming.Producer.Synthea;

/// <summary>What a load did.</summary>
/// <param name="Rows">Rows of each hospital table that the events describe, by table name.</param>
/// <param name="Events">Events written.</param>
/// <param name="SkippedRows">Rows of the files that were skipped.</param>
/// <param name="Problems">The first thousand of them.</param>
public sealed record SyntheaCounts(IReadOnlyDictionary<string, int> Rows, long Events, long SkippedRows, IReadOnlyList<SyntheaRowProblem> Problems);
