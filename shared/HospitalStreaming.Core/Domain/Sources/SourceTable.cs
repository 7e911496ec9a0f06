using System.Collections.Immutable;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Core.Domain.Sources;

/// <summary>
/// A captured table as the source has it, and how its change topic writes values: what messages lack. One version of it; the lake keeps all.
/// </summary>
/// <param name="Schema">Schema.</param>
/// <param name="Name">Table.</param>
/// <param name="Columns">Columns in table order.</param>
/// <param name="Key">Names of the key's columns; empty for a table without a key.</param>
/// <param name="Modes">How the connector writes its values.</param>
public sealed record SourceTable(string Schema, string Name, ImmutableArray<SourceColumn> Columns, ImmutableArray<string> Key, ValueModes Modes)
{
    /// <summary>The same table with the same columns, key and modes.</summary>
    public bool Equals(SourceTable? other) =>
        other is not null && Schema == other.Schema && Name == other.Name && Modes == other.Modes
        && Columns.SequenceEqual(other.Columns) && Key.SequenceEqual(other.Key);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Schema, Name, Columns.Length, Key.Length);

    /// <summary>The description the warehouse types its columns by. A table without a key keeps history only.</summary>
    /// <exception cref="NotSupportedException">A column of the key has a type whose values PostgreSQL itself cannot, or not always, tell apart by their text.</exception>
    public TableDescription ToDescription()
    {
        if (Columns.FirstOrDefault(column => Key.Contains(column.Name) && column.Type.Kind is SourceKind.Json or SourceKind.Hstore or SourceKind.Point) is { } none)
        {
            throw new NotSupportedException($"table {Schema}.{Name} has {none.Name} in its key, a {none.Type.Name}; rows cannot be told apart by that");
        }

        return new TableDescription(
            Name,
            Key,
            null,
            $"{Schema}.{Name} of the source.",
            [
                .. Columns.Select(column => IsNumberKey(column)
                    ? new ColumnDescription(column.Name, ColumnKind.Int64, PrivacyClass.Clinical, column.Type.Name) { Nullable = false }
                    : new ColumnDescription(column.Name, ColumnKind.Source, PrivacyClass.Clinical, column.Type.Name) { Nullable = column.Nullable && !Key.Contains(column.Name), Type = column.Type }),
            ])
        { Modes = Modes };
    }

    private bool IsNumberKey(SourceColumn column) =>
        Key.Length == 1 && column.Name == Key[0] && column.Type.Kind is SourceKind.SmallInt or SourceKind.Integer or SourceKind.BigInt;
}
