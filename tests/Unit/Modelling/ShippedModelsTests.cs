using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Modelling;

/// <summary>What every model of models/ must say of itself.</summary>
public sealed class ShippedModelsTests
{
    private static readonly string[] PrivacyClasses = ["operational", "direct_identifier", "quasi_identifier", "clinical", "financial"];

    [Theory]
    [InlineData(ModelDialect.Postgres)]
    [InlineData(ModelDialect.BigQuery)]
    public void Every_model_is_described_with_grain_tests_and_a_privacy_class_for_each_column(ModelDialect dialect)
    {
        var project = ProjectCompiler.Compile(new ModelFolder(Folder()).Read(), new CompileOptions(dialect, "hospital") { AsOf = new DateOnly(2026, 8, 28) });

        project.Problems.ShouldBeEmpty();
        project.LeftOut.ShouldBeEmpty();
        project.Models.Length.ShouldBe(26);
        foreach (var model in project.Models)
        {
            var docs = model.Docs.ShouldNotBeNull(model.Name);
            docs.Description.ShouldNotBeEmpty(model.Name);
            docs.Grain.ShouldNotBeEmpty(model.Name);
            docs.Grain.ShouldBeSubsetOf(docs.Columns.Select(column => column.Name), model.Name);
            docs.Columns.Where(column => column.Description.Length == 0 || !PrivacyClasses.Contains(column.Privacy)).Select(column => $"{model.Name}.{column.Name}").ShouldBeEmpty();
            var tests = project.Tests.Where(test => test.Model == model.Name && test.Severity == TestSeverity.Error).Select(test => test.Name).ToList();
            foreach (var column in docs.Grain)
            {
                tests.ShouldContain($"not_null_{model.Name}_{column}");
            }

            tests.ShouldContain(docs.Grain.Length == 1 ? $"unique_{model.Name}_{docs.Grain[0]}" : $"grain_unique_{model.Name}__{string.Join("__", docs.Grain)}");
        }
    }

    [Fact]
    public void Marts_are_tables_and_the_layers_below_are_views()
    {
        var project = ProjectCompiler.Compile(new ModelFolder(Folder()).Read(), new CompileOptions(ModelDialect.Postgres, "hospital"));
        project.Models.GroupBy(model => (model.Relation.Schema, model.Kind)).Select(group => $"{group.Key.Schema} {group.Key.Kind} {group.Count()}").Order()
            .ShouldBe(["hospital_intermediate View 3", "hospital_marts Table 10", "hospital_staging View 13"]);
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HospitalStreaming.sln")))
            {
                return Path.Combine(folder.FullName, "models");
            }
        }

        throw new DirectoryNotFoundException("The checkout's root is not above the test's folder.");
    }
}
