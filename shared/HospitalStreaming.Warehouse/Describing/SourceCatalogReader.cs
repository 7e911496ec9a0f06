using System.Collections.Immutable;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain.Sources;
using Npgsql;

namespace HospitalStreaming.Warehouse.Describing;

/// <summary>Describes a table out of the source's own catalog, domains taken down to their base.</summary>
public static class SourceCatalogReader
{
    /// <summary>The table as it is now; null where there is none of that name.</summary>
    /// <param name="source">Connections to the source; reading its catalog needs no right on the table.</param>
    /// <param name="schema">Schema.</param>
    /// <param name="table">Table.</param>
    /// <param name="modes">How the connector writes values, which no catalog knows.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<SourceTable?> ReadAsync(NpgsqlDataSource source, string schema, string table, ValueModes modes, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            WITH RECURSIVE relation AS (
              SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = @schema AND c.relname = @table),
            columns(number, name, nullable, type, modifier) AS (
              SELECT a.attnum, a.attname, NOT a.attnotnull, a.atttypid, a.atttypmod FROM pg_attribute a
              WHERE a.attrelid = (SELECT oid FROM relation) AND a.attnum > 0 AND NOT a.attisdropped
              UNION ALL
              SELECT c.number, c.name, c.nullable, t.typbasetype, t.typtypmod FROM columns c JOIN pg_type t ON t.oid = c.type WHERE t.typtype = 'd')
            SELECT c.name::text, format_type(c.type, c.modifier), c.nullable, coalesce(e.typtype, t.typtype) = 'e',
              (SELECT array_position(i.indkey::int2[], c.number) FROM pg_index i WHERE i.indrelid = (SELECT oid FROM relation) AND i.indisprimary)
            FROM columns c JOIN pg_type t ON t.oid = c.type LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
            WHERE t.typtype <> 'd' ORDER BY c.number
            """);
        command.Parameters.AddWithValue("schema", schema);
        command.Parameters.AddWithValue("table", table);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = ImmutableArray.CreateBuilder<SourceColumn>();
        var key = new SortedDictionary<int, string>();
        while (await reader.ReadAsync(cancellation))
        {
            var name = reader.GetString(0);
            columns.Add(new SourceColumn(name, SourceType.Parse(reader.GetString(1), reader.GetBoolean(3)), reader.GetBoolean(2)));
            if (!reader.IsDBNull(4))
            {
                key[reader.GetInt32(4)] = name;
            }
        }

        return columns.Count == 0 ? null : new SourceTable(schema, table, columns.ToImmutable(), [.. key.Values], modes);
    }
}
