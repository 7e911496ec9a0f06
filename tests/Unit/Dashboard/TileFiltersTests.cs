using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class TileFiltersTests
{
    private static readonly string[] Hostile =
        ["'", "' or 1=1 --", "h1'; drop table visits; --", "h1\\", "\"", "`", "@hospital", "$$", "h1/*", "%", "_", "\u2019", "{0}", "𝕳", "\ud800"];

    [Fact]
    public void Hostile_values_are_refused_or_become_parameters_and_never_text()
    {
        var texts = Gen.OneOf(Gen.Elements(Hostile), ArbMap.Default.GeneratorFor<string>().Where(text => text is not null), Gen.Elements(Hostile).Two().Select(two => two.Item1 + two.Item2));
        foreach (var dialect in Enum.GetValues<SqlDialect>())
        {
            var tiles = new TileDialect(dialect, new TileNames(new WarehouseNames()));
            var constant = TileCatalog.Tiles.Values.SelectMany(tile => new[] { tile.Sql(tiles), tile.WholePeriodSql?.Invoke(tiles) }).ToHashSet();
            Prop.ForAll(Arb.From(texts), Arb.From(Gen.Elements("hospital", "from", "to", "doctor", "patient")), Arb.From(Gen.Elements(TileCatalog.Tiles.Values.ToArray())), (text, key, tile) =>
            {
                if (TileFilters.Parse(Query((key, text)), out var problem) is { } filters)
                {
                    var query = tile.QueryFor(filters, tiles);
                    constant.ShouldContain(query.Sql);
                    query.Parameters.Values.ShouldAllBe(value => value is string || value is long || value is DateOnly);
                }
                else
                {
                    problem.ShouldNotBeEmpty();
                    problem.ShouldNotContain(text.Length > 3 ? text : "\0", Case.Sensitive);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));
        }
    }

    [Fact]
    public void Reads_what_it_knows()
    {
        var filters = TileFilters.Parse(Query(("hospital", "h1"), ("from", "2026-01-01"), ("to", "2026-03-31"), ("doctor", "-1"), ("patient", "2251799813685249")), out _);
        filters.ShouldBe(new TileFilters("h1", new DateOnly(2026, 1, 1), new DateOnly(2026, 3, 31), -1, 2251799813685249));
        TileFilters.Parse(Query(), out _).ShouldBe(TileFilters.None);
        TileFilters.None.IsWholePeriod.ShouldBeTrue();
    }

    [Theory]
    [InlineData("from", "2026-13-01")]
    [InlineData("from", "1066-10-14")]
    [InlineData("to", "tomorrow")]
    [InlineData("doctor", "1.5")]
    [InlineData("patient", "99999999999999999999")]
    [InlineData("hospital", "a\nb")]
    [InlineData("order", "name")]
    public void Refuses_what_it_does_not(string key, string value) => TileFilters.Parse(Query((key, value)), out _).ShouldBeNull();

    [Fact]
    public void Refuses_a_filter_given_twice() =>
        TileFilters.Parse(new QueryCollection(new Dictionary<string, StringValues> { ["hospital"] = new(["a", "b"]) }), out _).ShouldBeNull();

    private static QueryCollection Query(params (string Key, string Value)[] pairs) =>
        new(pairs.ToDictionary(pair => pair.Key, pair => new StringValues(pair.Value)));
}
