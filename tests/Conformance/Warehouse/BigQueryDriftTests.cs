using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>Schema drift on BigQuery (fault 46): what no description knows stays in raw and harms nothing; what has another type goes to the dead letters.</summary>
[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryDriftTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_added_column_is_in_raw_a_dropped_one_is_null_and_a_retyped_one_is_a_dead_letter()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("drift");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var fill = new LakeFill(test.Lake);
        var letters = new List<PoisonRecord>();

        await warehouse.LoadAsync(
            new LoadClaim(
            [
                await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 100), Messages.Visit("c", 2, 100)),
                await fill.TableAsync(
                    "visits",
                    0,
                    Changed(Messages.Visit("u", 1, 101), "\"diagnosis\":", "\"ward\":\"B2\",\"diagnosis\":"),
                    Changed(Messages.Visit("u", 2, 101), "\"diagnosis\":\"Flu\",", string.Empty),
                    Changed(Messages.Visit("c", 3, 101), "\"patient_id\":1", "\"patient_id\":\"one\""),
                    Messages.Visit("c", 4, 101)),
            ]),
            (records, _) =>
            {
                letters.AddRange(records);
                return Task.CompletedTask;
            },
            Token);

        letters.ShouldHaveSingleItem().Reason.ShouldBe("wrong_type");
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.visits")).ShouldBe(6);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.visits WHERE JSON_VALUE(value, '$.after.ward') = 'B2'")).ShouldBe(1);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Current}.visits WHERE visit_id = 1 AND diagnosis = 'Flu'")).ShouldBe(1);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Current}.visits WHERE visit_id = 2 AND diagnosis IS NULL")).ShouldBe(1);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Current}.visits WHERE visit_id IN (3, 4)")).ShouldBe(1);
    }

    private static (string Key, string? Value) Changed((string Key, string? Value) message, string old, string by)
    {
        message.Value!.ShouldContain(old);
        return (message.Key, message.Value!.Replace(old, by, StringComparison.Ordinal));
    }
}
