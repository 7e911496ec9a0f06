namespace HospitalStreaming.Producer.Synthea;

/// <summary>A row that was skipped.</summary>
/// <param name="File">File, e.g. encounters.csv.</param>
/// <param name="Line">Line in it, from 1; the header is line 1.</param>
/// <param name="Reason">What is wrong, without values.</param>
public sealed record SyntheaRowProblem(string File, int Line, string Reason);
