using HospitalStreaming.Core.Domain;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>verify right of the source, on BigQuery: it passes on what was loaded, and finds what was altered since.</summary>
[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryVerifyTests
{
    private static readonly TableDescription[] Visits = [HospitalSchema.CapturedTables.Single(table => table.Name == "visits")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loaded_rows_pass_and_altered_ones_are_found()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("verify");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var fill = new LakeFill(test.Lake);
        foreach (var item in new[]
        {
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20, diagnosis: "\"long\""), Messages.Visit("c", 3, 21), Messages.Visit("d", 3, 25), Messages.VisitTombstone(3)),
            await fill.MovedAsync("visits", 1, """{"visit_id":1}""", Messages.Visit("c", 2, 30, diagnosis: Messages.Kept)),
            await fill.TableAsync("visits", 0, Messages.Visit("d", 1, 30), (Messages.Visit("c", 9, 1).Key, "{\"op\":\"u\", broken"), Messages.Visit("c", 9, 40)),
        })
        {
            await warehouse.LoadAsync(new LoadClaim([item]), (_, _) => Task.CompletedTask, Token);
        }

        var report = await VerifyAsync(test);
        report.Checks.SelectMany(check => check.Findings).ShouldBeEmpty();
        report.Checks[1].Counted.ShouldContain("visits: 7 changes of 3 keys, 3 rows in current");

        await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.visits SET total_cost = 99 WHERE visit_id = 2"], Token);
        await test.Sql.ExecuteAsync([$"DELETE FROM {test.Names.Raw}.visits WHERE `offset` = 3 AND `partition` = 0"], Token);
        var damaged = await VerifyAsync(test);

        damaged.Checks[1].Findings.ShouldHaveSingleItem().ShouldContain("total_cost");
        damaged.Checks[2].Findings.ShouldHaveSingleItem().ShouldContain("lake lines without a row, at offset 3 of");

        await test.Sql.ExecuteAsync(
            [$"UPDATE {test.Names.Raw}.visits SET value = PARSE_JSON(REPLACE(TO_JSON_STRING(value), 'long', 'lung')) WHERE `offset` = 0 AND `partition` = 0"], Token);
        var altered = await VerifyAsync(test);
        altered.Checks[2].Findings.Count.ShouldBe(2);
        altered.Checks[2].Findings.ShouldContain(finding => finding.Contains("rows that are not what their lake lines say, at offset 0 (after)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_truncated_table_is_clean_and_a_row_that_should_be_gone_is_found()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("verifytruncate");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var fill = new LakeFill(test.Lake);
        foreach (var item in new[]
        {
            await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 20), Messages.Visit("c", 2, 30)),
            await fill.TableAsync("visits", 1, Messages.VisitsTruncate(50), Messages.Visit("c", 3, 51)),
        })
        {
            await warehouse.LoadAsync(new LoadClaim([item]), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);
        }

        var report = await VerifyAsync(test);
        report.Checks.SelectMany(check => check.Findings).ShouldBeEmpty();
        report.Checks[1].Counted.ShouldContain(counted => counted.EndsWith("2 keys emptied by a truncate", StringComparison.Ordinal));

        await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.visits SET _deleted = false WHERE visit_id = 1", $"DELETE FROM {test.Names.Line}.truncations WHERE true"], Token);
        var damaged = await VerifyAsync(test);
        damaged.Checks[1].Findings.Count.ShouldBe(2);
        damaged.Checks[1].Findings.ShouldContain(finding => finding.EndsWith("by the loader's books it is none", StringComparison.Ordinal));
    }

    private static Task<VerifyReport> VerifyAsync(BigQueryUnderTest test) => new LineVerifier(
        new NoSource(), new NoLog(), test.Lake, new BigQueryWarehouseReader(test.Client, test.Names), null, Visits, TimeSpan.FromSeconds(1))
        .RunAsync(new Progress<string>(), Token);
}
