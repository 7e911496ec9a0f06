namespace HospitalStreaming.Hosting.Line;

/// <summary>One labelled figure of a stop, ready to show.</summary>
/// <param name="Label">Short name with its unit where it has one, e.g. "WAL kept (MB)".</param>
/// <param name="Value">The figure as text in invariant culture; never anything of a person.</param>
public sealed record LineFact(string Label, string Value);
