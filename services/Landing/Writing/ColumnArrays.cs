using HospitalStreaming.Core.Domain;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Landing.Writing;

/// <summary>Turns rows into one array a column, the form in which a whole batch is one statement's parameters.</summary>
internal static class ColumnArrays
{
    /// <summary>The parameter that carries a column of the rows.</summary>
    public static NpgsqlParameter Of(ColumnDescription column, int at, IReadOnlyList<IReadOnlyList<object?>> rows) => column.Kind switch
    {
        ColumnKind.Int64 => Parameter<long?>(NpgsqlDbType.Bigint, at, rows),
        ColumnKind.Int32 => Parameter<int?>(NpgsqlDbType.Integer, at, rows),
        ColumnKind.Numeric => Parameter<decimal?>(NpgsqlDbType.Numeric, at, rows),
        ColumnKind.Text => Parameter<string?>(NpgsqlDbType.Text, at, rows),
        ColumnKind.Date => Parameter<DateOnly?>(NpgsqlDbType.Date, at, rows),
        ColumnKind.TimestampTz => Parameter<DateTimeOffset?>(NpgsqlDbType.TimestampTz, at, rows),
        ColumnKind.Boolean => Parameter<bool?>(NpgsqlDbType.Boolean, at, rows),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Kind, "no PostgreSQL array"),
    };

    private static NpgsqlParameter<T[]> Parameter<T>(NpgsqlDbType type, int at, IReadOnlyList<IReadOnlyList<object?>> rows)
    {
        var values = new T[rows.Count];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = (T)rows[row][at]!;
        }

        return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
