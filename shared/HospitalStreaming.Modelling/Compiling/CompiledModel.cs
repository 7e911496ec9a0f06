using System.Collections.Immutable;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>One model, rendered.</summary>
public sealed record CompiledModel
{
    /// <summary>Model name.</summary>
    public required string Name { get; init; }

    /// <summary>File it comes from.</summary>
    public required string File { get; init; }

    /// <summary>View, table or ephemeral.</summary>
    public required Materialization Kind { get; init; }

    /// <summary>Where it is in the warehouse.</summary>
    public required RelationName Relation { get; init; }

    /// <summary>Its query, with the models and sources it reads by their names in the warehouse.</summary>
    public required string Sql { get; init; }

    /// <summary>Its query down to the sources: every model it reads is a CTE of it, so nothing but source tables is read.</summary>
    public required string SqlFromSources { get; init; }

    /// <summary>Models it reads directly.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>Source tables it reads, directly or through other models (table names without the source's).</summary>
    public required ImmutableArray<string> SourceTables { get; init; }

    /// <summary>Whether its rows depend on the clock, directly or through other models.</summary>
    public required bool UsesClock { get; init; }

    /// <summary>Columns that tell one row from another; empty where none are declared.</summary>
    public required ImmutableArray<string> Grain { get; init; }

    /// <summary>Its description and columns; null where no schema file describes it.</summary>
    public required ModelDocs? Docs { get; init; }
}
