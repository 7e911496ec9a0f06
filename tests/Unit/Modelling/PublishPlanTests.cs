using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Modelling;

public sealed class PublishPlanTests
{
    private static readonly (string, string)[] Files =
    [
        ("models/v.sql", "select 1 as n"),
        ("models/marts/t.sql", "select n, 2 as m from {{ ref('v') }}"),
        ("models/schema.yml", "models:\n  - name: t\n    config: {meta: {grain: [n]}}\n"),
    ];

    [Fact]
    public void A_table_is_brought_to_its_rows_by_their_difference() =>
        PostgresPlan.Publish(TestProject.Compile(Files).Model("t"), ["n", "m"]).ReplaceLineEndings("\n").ShouldBe("""
            WITH different AS MATERIALIZED (
            SELECT next."n", next."m", next."n" IS NULL AS __gone, old."n" IS NULL AS __new, old."n" AS __old0
            FROM (
            select n, 2 as m from "dw"."v"
            ) AS next FULL JOIN "dw_marts"."t" AS old ON old."n" = next."n"
            WHERE next."n" IS NULL OR old."n" IS NULL OR ROW(old."m") IS DISTINCT FROM ROW(next."m")
            ), gone AS (
            DELETE FROM "dw_marts"."t" AS old USING different WHERE different.__gone AND old."n" = different.__old0 RETURNING 1
            ), put AS (
            INSERT INTO "dw_marts"."t" ("n", "m") SELECT "n", "m" FROM different WHERE NOT __gone
            ON CONFLICT ("n") DO UPDATE SET "m" = excluded."m" RETURNING 1
            )
            SELECT (SELECT count(*) FROM different WHERE __new) - (SELECT count(*) FROM gone), (SELECT count(*) FROM gone), (SELECT count(*) FROM put)
            """.ReplaceLineEndings("\n"));

    [Fact]
    public void A_new_table_gets_its_grain_as_a_unique_index() =>
        PostgresPlan.Switch(TestProject.Compile(Files).Model("t")).ShouldBe(
        [
            "ALTER TABLE \"dw_marts\".\"t__next\" RENAME TO \"t\"",
            "CREATE UNIQUE INDEX ON \"dw_marts\".\"t\" (\"n\")",
            "ALTER TABLE \"dw_marts\".\"t\" ALTER COLUMN \"n\" SET NOT NULL",
        ]);

    [Fact]
    public void On_BigQuery_tables_are_defined_once_and_filled_in_a_transaction()
    {
        var project = ProjectCompiler.Compile(TestProject.Read(Files), new CompileOptions(ModelDialect.BigQuery, "dw"));
        BigQueryPlan.Define(project.Models).ShouldBe(
        [
            "CREATE OR REPLACE VIEW `dw.v` AS\nselect 1 as n",
            "CREATE TABLE IF NOT EXISTS `dw_marts.t` AS\nSELECT * FROM (\nselect n, 2 as m from `dw.v`\n) WHERE FALSE",
        ]);
        BigQueryPlan.Publish(project.Models).ShouldBe(["DELETE FROM `dw_marts.t` WHERE TRUE", "INSERT INTO `dw_marts.t`\nselect n, 2 as m from `dw.v`"]);
    }
}
