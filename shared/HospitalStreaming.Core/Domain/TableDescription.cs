using System.Collections.Immutable;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Core.Domain;

/// <summary>One table of the hospital's database: what Landing creates, Capture streams and the warehouse types its columns by.</summary>
/// <param name="Name">Table name in schema public.</param>
/// <param name="Key">Columns of the primary key, in its order; empty for a table without a key.</param>
/// <param name="Topic">The event topic that feeds it, or null where the product itself writes it.</param>
/// <param name="Meaning">One sentence for docs.</param>
/// <param name="Columns">All columns in table order.</param>
public sealed record TableDescription(string Name, ImmutableArray<string> Key, string? Topic, string Meaning, ImmutableArray<ColumnDescription> Columns)
{
    /// <summary>How the change topic writes values.</summary>
    public ValueModes Modes { get; init; } = ValueModes.Line;

    /// <summary>Whether rows can be told apart. A table without a key has history only, no current rows.</summary>
    public bool HasKey => Key.Length > 0;

    /// <summary>Whether the key is one whole number, as it is in all of the hospital's own tables.</summary>
    public bool HasNumberKey => Key.Length == 1 && Column(Key[0]) is { Kind: ColumnKind.Int32 or ColumnKind.Int64 };

    /// <summary>The key's one column.</summary>
    /// <exception cref="InvalidOperationException">It has several, or none.</exception>
    public string KeyColumn => Key.Length == 1 ? Key[0] : throw new InvalidOperationException($"the key of table {Name} is not one column");

    /// <summary>The column of that name, or null.</summary>
    public ColumnDescription? Column(string name) => Columns.FirstOrDefault(column => column.Name == name);

    /// <summary>The column of that name that must exist.</summary>
    /// <exception cref="ArgumentException">The table has no such column.</exception>
    public ColumnDescription Required(string name) =>
        Column(name) ?? throw new ArgumentException($"table {Name} has no column {name}", nameof(name));
}
