namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>What the analyser says of a query: an error with its place, or the columns of its result.</summary>
internal sealed record AnalysedModel(string Name, string? Error, IReadOnlyList<AnalysedColumn> Columns);

/// <summary>A column and its type in GoogleSQL.</summary>
internal sealed record AnalysedColumn(string Name, string Type);

/// <summary>A table the queries read.</summary>
internal sealed record AnalysedTable(string Name, IReadOnlyList<AnalysedColumn> Columns);
