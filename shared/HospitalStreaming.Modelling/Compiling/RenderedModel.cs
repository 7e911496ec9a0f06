using System.Collections.Immutable;
using HospitalStreaming.Modelling.Jinja;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>A model's text after Jinja, before it meets the models it reads.</summary>
internal sealed record RenderedModel(
    string Name,
    string File,
    Materialization Kind,
    string Sql,
    string SqlOnCtes,
    Dictionary<string, Place> Refs,
    ImmutableArray<string> SourceTables,
    bool ReadsClock);
