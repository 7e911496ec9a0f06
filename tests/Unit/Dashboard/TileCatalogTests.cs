using System.Text.RegularExpressions;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public partial class TileCatalogTests
{
    public static TheoryData<string, SqlDialect> Tiles { get; } = new(
        from tile in TileCatalog.Tiles.Keys.Order(StringComparer.Ordinal)
        from dialect in Enum.GetValues<SqlDialect>()
        select (tile, dialect));

    [Theory]
    [MemberData(nameof(Tiles))]
    public void Reads_only_and_never_without_a_limit(string name, SqlDialect dialect)
    {
        foreach (var sql in Texts(name, dialect))
        {
            Words().Matches(sql).Select(match => match.Value.ToLowerInvariant()).ShouldNotContain(word => word == "insert" || word == "update" || word == "delete" || word == "drop" || word == "create" || word == "truncate");
            int.Parse(Limit().Match(sql).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, TileDefinition.MaxRows);
            sql.ShouldNotContain("--");
            sql.Count(character => character == ';').ShouldBe(0);
        }
    }

    [Theory]
    [MemberData(nameof(Tiles))]
    public void Selects_nothing_that_names_a_patient(string name, SqlDialect dialect)
    {
        var named = HospitalSchema.Patients.Columns.Where(column => column.Privacy == PrivacyClass.DirectIdentifier).Select(column => column.Name).Append("patient_name").ToArray();
        foreach (var sql in Texts(name, dialect))
        {
            sql.ShouldNotContain("*,", customMessage: "columns are named one by one");
            Words().Matches(sql).Select(match => match.Value).Intersect(named, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Tiles))]
    public void Declares_every_model_it_reads(string name, SqlDialect dialect)
    {
        var tile = TileCatalog.Tiles[name];
        var tiles = new TileDialect(dialect, new TileNames(new WarehouseNames()));
        foreach (var (sql, models) in new[] { (tile.Sql(tiles), tile.Models), (tile.WholePeriodSql?.Invoke(tiles) ?? string.Empty, tile.WholePeriodModels ?? []) })
        {
            Marts().Matches(sql).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)
                .ShouldBe(models.Where(model => model != "*").Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("hospital; drop")]
    [InlineData("a-b")]
    [InlineData("")]
    [InlineData("a\"b")]
    public void Takes_no_schema_name_that_is_more_than_a_name(string prefix) => Should.Throw<ArgumentException>(() => new TileNames(new WarehouseNames(prefix + " ")));

    private static IEnumerable<string> Texts(string name, SqlDialect dialect)
    {
        var tiles = new TileDialect(dialect, new TileNames(new WarehouseNames()));
        var tile = TileCatalog.Tiles[name];
        yield return tile.Sql(tiles);
        if (tile.WholePeriodSql is { } whole)
        {
            yield return whole(tiles);
        }
    }

    [GeneratedRegex("[A-Za-z_]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"limit (\d+)\s*$")]
    private static partial Regex Limit();

    [GeneratedRegex(@"hospital_marts\.(\w+)")]
    private static partial Regex Marts();
}
