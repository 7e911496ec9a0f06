using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Tests.Unit.Modelling;

/// <summary>A small project written in a test.</summary>
internal static class TestProject
{
    public static DbtProject Read(params (string File, string Text)[] files)
    {
        var all = new Dictionary<string, string>
        {
            ["dbt_project.yml"] = "name: shop\nmodel-paths: [models]\nvars:\n  as_of: null\n  size: 3\nmodels:\n  shop:\n    +materialized: view\n    marts:\n      +schema: marts\n      +materialized: table\n",
            ["models/sources.yml"] = "sources:\n  - name: raw\n    schema: \"{{ var('raw_schema', 'raw') }}\"\n    tables:\n      - name: orders\n      - name: items\n",
        };
        foreach (var (file, text) in files)
        {
            all[file] = text;
        }

        return ProjectReader.Read(all);
    }

    public static CompiledProject Compile(params (string File, string Text)[] files) =>
        ProjectCompiler.Compile(Read(files), new CompileOptions(ModelDialect.Postgres, "dw") { AsOf = new DateOnly(2026, 3, 1) });

    public static CompiledModel Model(this CompiledProject project, string name) => project.Models.Single(model => model.Name == name);

    public static IEnumerable<string> Messages(this CompiledProject project) => project.Problems.Select(problem => problem.ToString());
}
