using HospitalStreaming.Core.Domain;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Rows of PostgreSQL as values of the columns' kinds.</summary>
internal static class TypedRow
{
    /// <summary>Reads the table's columns from consecutive places of a row.</summary>
    internal static void Read(NpgsqlDataReader reader, int first, TableDescription table, object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var place = first + i;
            values[i] = reader.IsDBNull(place) ? null : table.Columns[i].Kind switch
            {
                ColumnKind.Int32 => reader.GetInt32(place),
                ColumnKind.Int64 => reader.GetInt64(place),
                ColumnKind.Numeric => reader.GetDecimal(place),
                ColumnKind.Date => reader.GetFieldValue<DateOnly>(place),
                ColumnKind.TimestampTz => reader.GetFieldValue<DateTimeOffset>(place),
                ColumnKind.Boolean => reader.GetBoolean(place),
                _ => reader.GetString(place),
            };
        }
    }
}
