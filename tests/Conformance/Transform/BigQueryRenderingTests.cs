using HospitalStreaming.Core.Domain;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Transform;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform;

/// <summary>Every model and data test, rendered for BigQuery, passes Google's own analyser.</summary>
public sealed class BigQueryRenderingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_model_and_test_is_valid_GoogleSQL_with_exact_types_and_its_documented_columns()
    {
        var project = Compile();
        project.Problems.ShouldBeEmpty();
        var queries = project.Models.Select(model => (NameOf(model), model.Sql)).Concat(project.Tests.Select(test => ("test " + test.Name, test.Sql))).ToList();

        var analysed = (await Analyser.AnalyseAsync(Sources, queries, Token)).ToDictionary(model => model.Name);

        analysed.Values.Where(model => model.Error is not null).Select(model => $"{model.Name}: {model.Error}").ShouldBeEmpty();
        analysed.Count.ShouldBe(queries.Count);
        foreach (var model in project.Models)
        {
            var columns = analysed[NameOf(model)].Columns;
            columns.Select(column => column.Name).Order().ShouldBe(model.Docs!.Columns.Select(column => column.Name).Order(), model.Name);
            columns.Where(column => column.Type == "FLOAT64").ShouldBeEmpty($"{model.Name}: figures are exact");
        }
    }

    [Fact]
    public async Task From_the_sources_every_model_is_one_valid_query()
    {
        var analysed = await Analyser.AnalyseAsync(Sources, Compile().Models.Select(model => (NameOf(model), model.SqlFromSources)), Token);
        analysed.Where(model => model.Error is not null).Select(model => $"{model.Name}: {model.Error}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("visit_cost", "visit_costs", "Unrecognized name: visit_costs")]
    [InlineData("sum(visit_cost)", "sum(cost_category)", "No matching signature for aggregate function SUM")]
    public async Task The_analyser_finds_a_wrong_name_or_type(string good, string bad, string message)
    {
        var models = Compile().Models.Select(model => (NameOf(model), model.Name == "diagnosis_distribution" ? Once(model.Sql, good, bad) : model.Sql));
        var analysed = await Analyser.AnalyseAsync(Sources, models, Token);
        analysed.Where(model => model.Error is not null).ShouldHaveSingleItem().Error!.ShouldContain(message);
    }

    private static IEnumerable<AnalysedTable> Sources => HospitalSchema.CapturedTables.Select(table => new AnalysedTable(
        "hospital." + table.Name, [.. table.Columns.Select(column => new AnalysedColumn(column.Name, TypeOf(column.Kind))), new AnalysedColumn("_deleted", "BOOL")]));

    private static CompiledProject Compile() => ProjectCompiler.Compile(
        new ModelFolder(Repository.Models).Read(), new CompileOptions(ModelDialect.BigQuery, "hospital") { AsOf = new DateOnly(2026, 8, 28) });

    private static string NameOf(CompiledModel model) => $"{model.Relation.Schema}.{model.Relation.Name}";

    private static string Once(string sql, string good, string bad)
    {
        var at = sql.IndexOf(good, StringComparison.Ordinal);
        at.ShouldBePositive();
        return sql[..at] + bad + sql[(at + good.Length)..];
    }

    private static string TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Int32 or ColumnKind.Int64 => "INT64",
        ColumnKind.Numeric => "NUMERIC",
        ColumnKind.Text => "STRING",
        ColumnKind.Date => "DATE",
        ColumnKind.TimestampTz => "TIMESTAMP",
        ColumnKind.Boolean => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
