namespace HospitalStreaming.Transform.Reporting;

/// <summary>One model in one cycle.</summary>
/// <param name="Model">Name.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Rows">Rows it has; 0 for a view.</param>
/// <param name="ChangedRows">Rows removed, added or rewritten.</param>
/// <param name="Took">Time it took.</param>
/// <param name="Detail">Why it failed or is held, with file and line where known; empty otherwise. No row values.</param>
public sealed record ModelReport(string Model, ModelOutcome Outcome, long Rows, long ChangedRows, TimeSpan Took, string Detail);
