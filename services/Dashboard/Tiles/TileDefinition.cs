using System.Text.RegularExpressions;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>One tile's data: which models it reads and its SQL, which is constant text but for schema names and dialect.</summary>
/// <param name="Name">Name in the address, e.g. revenue-by-month.</param>
/// <param name="Models">Models it reads: it is asked again when one of them was built anew.</param>
/// <param name="Sql">Its SQL for a dialect. Filters are parameters.</param>
/// <param name="WholePeriodModels">Models of <paramref name="WholePeriodSql"/>.</param>
/// <param name="WholePeriodSql">A cheaper SQL with the same columns for the whole period, from a mart of that grain; null where there is none.</param>
internal sealed partial record TileDefinition(
    string Name,
    IReadOnlyList<string> Models,
    Func<TileDialect, string> Sql,
    IReadOnlyList<string>? WholePeriodModels = null,
    Func<TileDialect, string>? WholePeriodSql = null)
{
    /// <summary>Most rows of any tile.</summary>
    public const int MaxRows = 5_000;

    public TileQuery QueryFor(TileFilters filters, TileDialect dialect)
    {
        var whole = filters.IsWholePeriod && WholePeriodSql is not null;
        var sql = whole ? WholePeriodSql!(dialect) : Sql(dialect);
        var names = Parameter().Matches(sql).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal);
        return new TileQuery(whole ? WholePeriodModels! : Models, sql, filters.Parameters(names));
    }

    [GeneratedRegex("@([a-z]+)")]
    private static partial Regex Parameter();
}
