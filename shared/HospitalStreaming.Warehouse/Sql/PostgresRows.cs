using Npgsql;

namespace HospitalStreaming.Warehouse.Sql;

/// <summary>Reads a result of PostgreSQL into plain values.</summary>
internal static class PostgresRows
{
    public static async Task<WarehouseRows> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellation))
        {
            var row = new object?[columns.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : Plain(reader, i);
            }

            rows.Add(row);
        }

        return new WarehouseRows(columns, rows);
    }

    private static object Plain(NpgsqlDataReader reader, int column) => reader.GetFieldType(column) switch
    {
        var type when type == typeof(DateTime) && reader.GetDataTypeName(column) == "date" => reader.GetFieldValue<DateOnly>(column),
        var type when type == typeof(DateTime) => new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc)),
        var type when type == typeof(int) => (long)reader.GetInt32(column),
        var type when type == typeof(short) => (long)reader.GetInt16(column),
        _ => reader.GetValue(column),
    };
}
