using System.Collections.Immutable;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>A captured table as it is at one point of the log.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Name">Table.</param>
/// <param name="Columns">Columns in table order.</param>
public sealed record CapturedTable(string Schema, string Name, ImmutableArray<CapturedColumn> Columns)
{
    /// <summary>Whether it has a key.</summary>
    public bool HasKey => Columns.Any(column => column.IsKey);

    /// <summary>schema.table.</summary>
    public string FullName => $"{Schema}.{Name}";
}
