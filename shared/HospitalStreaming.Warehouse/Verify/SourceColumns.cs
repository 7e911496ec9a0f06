using HospitalStreaming.Core.Domain;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What the source's catalog says of a table's columns by now.</summary>
internal static class SourceColumns
{
    /// <summary>Described columns that the source has no more, or with a type that is none of the description's.</summary>
    internal static async Task<IReadOnlySet<string>> UnreadAsync(NpgsqlConnection connection, TableDescription table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT attname::text, typname::text FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
            WHERE attrelid = to_regclass(@name) AND attnum > 0 AND NOT attisdropped
            """,
            connection);
        command.Parameters.AddWithValue("name", $"public.\"{table.Name}\"");
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            types[reader.GetString(0)] = reader.GetString(1);
        }

        return table.Columns.Where(column => !types.TryGetValue(column.Name, out var type) || !Reads(column.Kind, type)).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
    }

    private static bool Reads(ColumnKind kind, string type) => kind switch
    {
        ColumnKind.Int32 => type is "int4" or "int2",
        ColumnKind.Int64 => type is "int8" or "int4" or "int2",
        ColumnKind.Numeric => type == "numeric",
        ColumnKind.Date => type == "date",
        ColumnKind.TimestampTz => type == "timestamptz",
        ColumnKind.Boolean => type == "bool",
        _ => type is "text" or "varchar" or "bpchar" or "name",
    };
}
