using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// The columns that current has beside those described, or otherwise: one that messages brought and nobody described is a text, and a column that is a
/// text here is read as one, whatever its description says. So the table itself holds what was decided about it.
/// </summary>
internal static class HeldColumns
{
    /// <summary>The description by which the table is loaded: the given one, as far as current is not otherwise.</summary>
    internal static async Task<TableDescription> DescribeAsync(NpgsqlConnection connection, WarehouseNames names, TableDescription table, CancellationToken cancellation)
    {
        if (!table.HasKey)
        {
            return table;
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
            WHERE attrelid = to_regclass(@name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """,
            connection);
        command.Parameters.AddWithValue("name", PostgresTables.Current(names, table));
        var columns = table.Columns.ToList();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (name, isText) = (reader.GetString(0), reader.GetString(1) == "text");
            var at = columns.FindIndex(column => column.Name == name);
            if (at < 0 && isText && !CurrentWriter.IsMeta(name))
            {
                columns.Add(ColumnDescription.Undescribed(name));
            }
            else if (at >= 0 && isText && !table.Key.Contains(name) && PostgresTypes.Sql(columns[at]) != "text")
            {
                columns[at] = ColumnDescription.Undescribed(name) with { Privacy = columns[at].Privacy };
            }
        }

        return table with { Columns = [.. columns] };
    }

    /// <summary>What somebody can run where a column was given another type at the source, and what that does.</summary>
    internal static string TextChoice(WarehouseNames names, TableDescription table, string column) =>
        $"DROP VIEW IF EXISTS {(names.InPlace ?? names).Views}.{table.Name}; ALTER TABLE {(names.InPlace ?? names).Current}.{table.Name} ALTER COLUMN {column} TYPE text; in the warehouse keeps old and new values as texts, and the table goes on and has its view again by itself";

    /// <summary>Adds them to current. Idempotent.</summary>
    internal static async Task AddAsync(
        NpgsqlConnection connection, WarehouseNames names, TableDescription table, IEnumerable<string> fields, CancellationToken cancellation)
    {
        foreach (var field in fields)
        {
            await using var command = new NpgsqlCommand(
                $"ALTER TABLE {PostgresTables.Current(names, table)} ADD COLUMN IF NOT EXISTS {PostgresTables.Quote(field)} text", connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
