using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Project;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Modelling;

public sealed class ProjectCompilerTests
{
    [Fact]
    public void Models_come_after_what_they_read_under_dbts_names()
    {
        var project = TestProject.Compile(
            ("models/marts/a_total.sql", "select sum(n) as n from {{ ref('b_orders') }}"),
            ("models/b_orders.sql", "select n from {{ source('raw', 'orders') }};\n"));

        project.Problems.ShouldBeEmpty();
        project.Models.Select(model => model.Name).ShouldBe(["b_orders", "a_total"]);
        project.Model("b_orders").Sql.ShouldBe("select n from \"raw\".\"orders\"");
        project.Model("b_orders").Relation.ShouldBe(new RelationName(null, "dw", "b_orders"));
        project.Model("b_orders").Kind.ShouldBe(Materialization.View);
        project.Model("a_total").Sql.ShouldBe("select sum(n) as n from \"dw\".\"b_orders\"");
        project.Model("a_total").Relation.Schema.ShouldBe("dw_marts");
        project.Model("a_total").Kind.ShouldBe(Materialization.Table);
        project.Model("a_total").SourceTables.ShouldBe(["orders"]);
        project.Model("a_total").SqlFromSources.ShouldBe(
            "with __ref__b_orders as (\nselect n from \"raw\".\"orders\"\n)\nselect * from (\nselect sum(n) as n from __ref__b_orders\n) as __model");
    }

    [Fact]
    public void Bad_parts_are_named_with_their_place_and_the_rest_is_built()
    {
        var project = TestProject.Compile(
            ("models/good.sql", "select 1 as n"),
            ("models/no_ref.sql", "select 1\nfrom {{ ref('nothing') }}"),
            ("models/no_source.sql", "select 1 from {{ source('raw', 'nothing') }}"),
            ("models/unreadable.sql", "select {{ 1"),
            ("models/on_unreadable.sql", "select * from {{ ref('unreadable') }}"),
            ("models/ring_a.sql", "select * from {{ ref('ring_b') }}"),
            ("models/ring_b.sql", "select * from {{ ref('ring_a') }}"),
            ("models/on_ring.sql", "select * from {{ ref('ring_a') }}"),
            ("models/increment.sql", "{{ config(materialized='incremental') }} select 1"),
            ("models/setting.sql", "{{ config(partition_by='x') }} select 1"),
            ("models/python.py", "def model(dbt, session): pass"),
            ("models/empty.sql", "{# nothing #}"),
            ("models/also/good.sql", "select 2 as n"));

        project.Models.Select(model => model.Name).ShouldBe(["good"]);
        project.LeftOut.ShouldBe(["empty", "increment", "no_ref", "no_source", "on_ring", "on_unreadable", "ring_a", "ring_b", "setting", "unreadable"]);
        project.Messages().Order(StringComparer.Ordinal).ShouldBe(
        [
            "models/empty.sql:1:1: the model renders to nothing: it must be a query",
            "models/good.sql:1:1: the model good exists already in models/also/good.sql",
            "models/increment.sql:1:1: materialized 'incremental' is not supported: use view, table or ephemeral",
            "models/no_ref.sql:2:9: ref: there is no model nothing",
            "models/no_source.sql:1:18: source: there is no table raw.nothing in any schema file",
            "models/python.py:1:1: Python models are not supported",
            "models/ring_b.sql:1:18: the models refer to each other in a circle: ring_a -> ring_b -> ring_a",
            "models/setting.sql:1:4: the setting partition_by of model setting is not supported",
            "models/unreadable.sql:1:8: {{ is not closed",
        ]);
    }

    [Fact]
    public void Macros_are_dispatched_by_dialect()
    {
        var project = TestProject.Read(
            ("macros/m.sql", "{% macro today() %}{{ return(adapter.dispatch('today')()) }}{% endmacro %}\n{% macro default__today() %}now(){% endmacro %}\n{% macro bigquery__today() %}current_timestamp(){% endmacro %}"),
            ("models/a.sql", "select {{ today() }} as t, cast(1 as {{ dbt.type_bigint() }}) as n, {{ dbt.listagg('x', \"', '\", 'order by x') }} as l, '{{ target.type }}' as k from {{ this }}"));

        ProjectCompiler.Compile(project, new CompileOptions(ModelDialect.Postgres, "dw")).Model("a").Sql
            .ShouldBe("select now() as t, cast(1 as bigint) as n, string_agg(x, ', ' order by x) as l, 'postgres' as k from \"dw\".\"a\"");
        ProjectCompiler.Compile(project, new CompileOptions(ModelDialect.BigQuery, "dw") { Project = "p" }).Model("a").Sql
            .ShouldBe("select current_timestamp() as t, cast(1 as int64) as n, string_agg(x, ', ' order by x) as l, 'bigquery' as k from `p.dw.a`");
    }

    [Fact]
    public void The_clock_is_a_parameter_and_reading_it_is_known_downstream()
    {
        var project = TestProject.Compile(
            ("models/a.sql", "select '{{ var('as_of') }}' as day, {{ var('size') }} as size"),
            ("models/b.sql", "select * from {{ ref('a') }}"),
            ("models/c.sql", "select 1 as n"));

        project.Model("a").Sql.ShouldBe("select '2026-03-01' as day, 3 as size");
        project.Models.Where(model => model.UsesClock).Select(model => model.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void An_ephemeral_model_is_part_of_what_reads_it()
    {
        var project = TestProject.Compile(
            ("models/e.sql", "{{ config(materialized='ephemeral') }}select 1 as n"),
            ("models/f.sql", "select n from {{ ref('e') }}"));

        project.Model("f").Sql.ShouldBe("with __ref__e as (\nselect 1 as n\n)\nselect * from (\nselect n from __ref__e\n) as __model");
    }

    [Fact]
    public void Environment_vars_and_packages_are_only_what_the_caller_gives()
    {
        var project = TestProject.Read(
            ("models/a.sql", "select '{{ env_var('PLACE', 'here') }}' as place, {{ var('size') }} as size"),
            ("models/b.sql", "select '{{ env_var('SECRET') }}'"),
            ("models/c.sql", "select {{ dbt_utils.star('x') }}"));
        var compiled = ProjectCompiler.Compile(project, new CompileOptions(ModelDialect.Postgres, "dw")
        {
            Environment = new Dictionary<string, string> { ["PLACE"] = "there" },
            Vars = new Dictionary<string, object?> { ["size"] = 9L },
        });

        compiled.Model("a").Sql.ShouldBe("select 'there' as place, 9 as size");
        compiled.Messages().ShouldBe(["models/b.sql:1:12: env_var: SECRET is not set", "models/c.sql:1:11: 'dbt_utils' is not defined or not supported"]);
    }

    [Fact]
    public void Tests_become_queries_of_failing_rows()
    {
        var project = TestProject.Compile(
            ("models/a.sql", "select 1 as n, 2 as m"),
            ("models/b.sql", "select 1 as id"),
            ("models/schema.yml", """
                models:
                  - name: a
                    data_tests:
                      - pair: {columns: [n, m]}
                    columns:
                      - name: n
                        data_tests:
                          - not_null
                          - unique: {config: {severity: warn, where: "m > {{ var('size') }}"}}
                          - accepted_values: {arguments: {values: ['x', "it's"]}}
                          - relationships: {to: ref('b'), field: id, name: n_of_b}
                          - no_such_test
                """),
            ("tests/generic/pair.sql", "{% test pair(model, columns) %}select {{ columns | join(', ') }} from {{ model }} limit 1{% endtest %}"),
            ("tests/alone.sql", "select * from {{ ref('b') }} where id < 0"));

        project.Tests.Select(test => $"{test.Name}|{test.Severity}|{test.Sql}").ShouldBe(
        [
            "pair_a__n__m|Error|select n, m from \"dw\".\"a\" limit 1",
            "not_null_a_n|Error|select n from \"dw\".\"a\" where n is null",
            "unique_a_n|Warn|select n from (select * from \"dw\".\"a\" where m > 3) as filtered where n is not null group by n having count(*) > 1",
            "accepted_values_a_n__x__it_s|Error|select n from \"dw\".\"a\" where n not in ('x', 'it''s')",
            "n_of_b|Error|select child.n from (select n from \"dw\".\"a\" where n is not null) as child left join \"dw\".\"b\" as parent on child.n = parent.id where parent.id is null",
            "alone|Error|select * from \"dw\".\"b\" where id < 0",
        ]);
        project.Tests.Single(test => test.Name == "n_of_b").Models.Order().ShouldBe(["a", "b"]);
        project.Messages().ShouldBe(["models/schema.yml:12:13: the test no_such_test is not known: it is none of dbt's four and no macro of the project"]);
    }

    [Theory]
    [InlineData("models/schema.yml", "models:\n  - name: nowhere\n", "models/schema.yml:2:1: the model nowhere has no file")]
    [InlineData("models/schema.yml", "models:\n  - description: x\n", "models/schema.yml:2:5: name is missing")]
    [InlineData("models/schema.yml", "models: [\n", "models/schema.yml:2:1: this is not YAML")]
    [InlineData("models/schema.yml", "snapshots:\n  - name: s\n", "models/schema.yml:2:3: 'snapshots' is not supported")]
    [InlineData("dbt_project.yml", "name: shop\nseeds:\n  shop: {}\n", "dbt_project.yml:3:3: 'seeds' is not supported")]
    public void Schema_files_are_checked(string file, string text, string message) =>
        TestProject.Compile((file, text)).Messages().ShouldHaveSingleItem().ShouldStartWith(message);

    [Fact]
    public void Without_a_project_file_there_is_no_project() =>
        Should.Throw<HospitalStreaming.Modelling.ModelProblemException>(() => ProjectReader.Read(new Dictionary<string, string>()))
            .Message.ShouldBe("dbt_project.yml:1:1: the file is missing or empty: it makes the folder a dbt project");
}
