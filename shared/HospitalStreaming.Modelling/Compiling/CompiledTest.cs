using System.Collections.Immutable;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>One data test, rendered: its query's rows are failures.</summary>
/// <param name="Name">Unique name, as dbt forms it.</param>
/// <param name="Model">The model it is declared on; for a test that is a query of its own, the first model it reads.</param>
/// <param name="Severity">What a failure means.</param>
/// <param name="Sql">Query of the failing rows; only ever counted.</param>
/// <param name="Models">All models it reads.</param>
/// <param name="File">File that declares it.</param>
/// <param name="Line">Line, from 1.</param>
public sealed record CompiledTest(
    string Name, string Model, TestSeverity Severity, string Sql, ImmutableArray<string> Models, string File, int Line);
