using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>Where the two warehouses' SQL differs, and the schemas.</summary>
internal sealed record TileDialect(SqlDialect Dialect, TileNames Names)
{
    public string Marts => Names.Marts;

    public string Line => Names.Line;

    /// <summary>First day of the month of a date.</summary>
    public string Month(string date) => Dialect == SqlDialect.Postgres ? $"cast(date_trunc('month', {date}) as date)" : $"date_trunc({date}, month)";

    /// <summary>A whole number.</summary>
    public string Whole(string number) => $"cast({number} as {(Dialect == SqlDialect.Postgres ? "bigint" : "int64")})";

    /// <summary>A column whose name is a reserved word.</summary>
    public string Quoted(string column) => Dialect == SqlDialect.Postgres ? $"\"{column}\"" : $"`{column}`";

    /// <summary>Percent of a whole, two decimals; null where the whole is 0.</summary>
    public static string Percent(string part, string whole) => $"round(100 * {part} / nullif({whole}, 0), 2)";
}
