using System.Collections.Frozen;
using System.Globalization;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Landing.Writing;

/// <summary>The statements for one table, worked out once. Each takes arrays, so a batch of any size is the same statement.</summary>
internal sealed class TableStatements
{
    private static readonly FrozenDictionary<string, TableStatements> All =
        HospitalSchema.EventTables.ToFrozenDictionary(table => table.Name, table => new TableStatements(table), StringComparer.Ordinal);

    private TableStatements(TableDescription table)
    {
        var names = table.Columns.Select(column => column.Name).ToList();
        var rest = names.Where(name => name != table.KeyColumn).ToList();
        var numbers = string.Join(", ", Enumerable.Range(1, names.Count).Select(number => "$" + number.ToString(CultureInfo.InvariantCulture)));

        // A row that says nothing new is left alone: an event sent twice makes no change for Capture to stream.
        Upsert = $"""
            INSERT INTO public.{table.Name} AS t ({string.Join(", ", names)})
            SELECT * FROM unnest({numbers})
            ON CONFLICT ({table.KeyColumn}) DO UPDATE SET {string.Join(", ", rest.Select(name => $"{name} = EXCLUDED.{name}"))}
            WHERE ({string.Join(", ", rest.Select(name => "t." + name))}) IS DISTINCT FROM ({string.Join(", ", rest.Select(name => "EXCLUDED." + name))})
            """;
        Delete = $"DELETE FROM public.{table.Name} WHERE {table.KeyColumn} = ANY($1)";
        Standing = $"SELECT {table.KeyColumn} FROM public.{table.Name} WHERE {table.KeyColumn} = ANY($1)";
        var references = HospitalSchema.EventTables
            .SelectMany(child => child.Columns.Where(column => column.References == table.Name).Select(column => $"SELECT {column.Name} FROM public.{child.Name} WHERE {column.Name} = ANY($1)"))
            .ToList();
        Referenced = references.Count == 0 ? null : string.Join(" UNION ", references);
    }

    /// <summary>Writes rows: one array a column.</summary>
    public string Upsert { get; }

    /// <summary>Removes rows: one array of keys.</summary>
    public string Delete { get; }

    /// <summary>Which of the keys have a row.</summary>
    public string Standing { get; }

    /// <summary>Which of the keys other rows refer to; null where nothing refers to this table.</summary>
    public string? Referenced { get; }

    /// <summary>Of a table that events feed.</summary>
    public static TableStatements Of(TableDescription table) => All[table.Name];
}
