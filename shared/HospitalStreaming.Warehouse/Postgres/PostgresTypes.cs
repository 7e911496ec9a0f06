using HospitalStreaming.Core.Domain;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>The warehouse's PostgreSQL types. Lengths and precisions are not repeated: the source has checked them, and may widen them.</summary>
internal static class PostgresTypes
{
    internal static string Sql(ColumnDescription column) => column.Kind switch
    {
        ColumnKind.Source => SourceTypes.Sql(column.Type!),
        ColumnKind.Int32 => "integer",
        ColumnKind.Int64 => "bigint",
        ColumnKind.Numeric => "numeric",
        ColumnKind.Text => "text",
        ColumnKind.Date => "date",
        ColumnKind.TimestampTz => "timestamptz",
        ColumnKind.Boolean => "boolean",
        _ => throw new ArgumentOutOfRangeException(nameof(column)),
    };

    /// <summary>The type in which a value is sent: a described source's values go as texts and are cast by the statement.</summary>
    internal static string Sent(ColumnDescription column) => column.Kind == ColumnKind.Source ? "text" : Sql(column);

    internal static NpgsqlDbType Parameter(ColumnKind kind) => kind switch
    {
        ColumnKind.Int32 => NpgsqlDbType.Integer,
        ColumnKind.Int64 => NpgsqlDbType.Bigint,
        ColumnKind.Numeric => NpgsqlDbType.Numeric,
        ColumnKind.Text or ColumnKind.Source => NpgsqlDbType.Text,
        ColumnKind.Date => NpgsqlDbType.Date,
        ColumnKind.TimestampTz => NpgsqlDbType.TimestampTz,
        ColumnKind.Boolean => NpgsqlDbType.Boolean,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>One column of many rows as an array Npgsql sends in binary.</summary>
    internal static Array Column(ColumnKind kind, IReadOnlyList<object?[]> rows, int index) => kind switch
    {
        ColumnKind.Int32 => Fill<int?>(rows, index),
        ColumnKind.Int64 => Fill<long?>(rows, index),
        ColumnKind.Numeric => Fill<decimal?>(rows, index),
        ColumnKind.Text or ColumnKind.Source => Fill<string?>(rows, index),
        ColumnKind.Date => Fill<DateOnly?>(rows, index),
        ColumnKind.TimestampTz => Fill<DateTimeOffset?>(rows, index),
        ColumnKind.Boolean => Fill<bool?>(rows, index),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static T[] Fill<T>(IReadOnlyList<object?[]> rows, int index)
    {
        var column = new T[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = (T)rows[i][index]!;
        }

        return column;
    }
}
