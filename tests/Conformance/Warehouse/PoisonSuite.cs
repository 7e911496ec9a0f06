using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>What every warehouse does with records it cannot apply.</summary>
public abstract class PoisonSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_kind_of_bad_record_is_set_aside_with_its_reason_and_holds_its_key_alone()
    {
        await using var test = await CreateAsync("badkinds");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        const long First = 101;
        var bad = BadRecords.All(First, 50).Where(Takes).ToList();
        var holding = bad.Count(record => record.HoldsKey);
        var keys = Enumerable.Range(0, BadRecords.All(First, 50).Count(record => record.HoldsKey)).Select(i => First + i).Append(1).ToList();
        var fill = new LakeFill(test.Lake);
        LakeObject[] objects =
        [
            await fill.TableAsync("visits", 0, [.. keys.Select(key => Messages.Visit("c", key, 20))]),
            await fill.ObjectAsync(TopicNames.ChangesOf("visits"), 0, [.. bad.Select(record => (record.Key, record.Value, (string?)null))]),
            await fill.TableAsync("visits", 0, [.. keys.Select(key => Messages.Visit("u", key, 60, cost: "6.00"))]),
        ];
        var aside = new List<PoisonRecord>();

        foreach (var item in objects)
        {
            await warehouse.LoadAsync(
                new LoadClaim([item]),
                (records, _) =>
                {
                    aside.AddRange(records);
                    return Task.CompletedTask;
                },
                Token);
        }

        aside.Select(record => (record.Reason, record.HeldKey is not null)).ShouldBe(bad.Select(record => (record.Reason, record.HoldsKey)));
        aside.ShouldAllBe(record => record.Detail.Length > 0 && !record.Detail.Contains("Flu"));
        var late = await test.Sql.QueryAsync(
            $"SELECT visit_id FROM {test.Names.Current}.visits WHERE total_cost <> 6 ORDER BY visit_id", new Dictionary<string, object?>(), Token);
        late.Rows.Select(row => (long)row[0]!).ShouldBe(aside.Select(record => record.HeldKey?.Number).OfType<long>().Order());
        var status = await warehouse.StatusAsync(Token);
        (status.HeldKeys["visits"], status.PoisonRecords["visits"]).ShouldBe((holding, bad.Count));
        var raw = await test.Sql.QueryAsync($"SELECT count(*) FROM {test.Names.Raw}.visits", new Dictionary<string, object?>(), Token);
        raw.Rows[0][0].ShouldBe((long)(bad.Count + (2 * keys.Count)));
    }

    [Fact]
    public async Task What_the_warehouse_cannot_hold_outside_a_rows_columns_is_no_reason_to_stop()
    {
        await using var test = await CreateAsync("oddbits");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var fill = new LakeFill(test.Lake);
        var wide = Odd(Messages.Visit("c", 2, 21, diagnosis: "\"long\""), "\"extra\":1e400,");
        var exact = Odd(Messages.Visit("c", 5, 24), "\"extra\":[0.12345678901234567890123,99999999999999999999],");
        var twice = Odd(Messages.Visit("c", 6, 25), "\"total_cost\":\"1.00\",");
        LakeObject[] objects =
        [
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), wide, exact, twice),
            await fill.MovedAsync("visits", 1, """{"visit_id":2}""", Messages.Visit("c", 3, 30, diagnosis: Messages.Kept)),
            await fill.TableAsync("visits", 0, Messages.Visit("d", 2, 30)),
            await new LakeFill(test.Lake, epoch: "eeee0123") { TimestampMs = long.MaxValue }.TableAsync("visits", 2, Messages.Visit("c", 4, 31)),
        ];

        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);
        }

        var current = await test.Sql.QueryAsync($"SELECT visit_id, diagnosis FROM {test.Names.Current}.visits WHERE NOT _deleted ORDER BY 1", new Dictionary<string, object?>(), Token);
        current.Rows.Select(row => $"{row[0]} {row[1]}").ShouldBe(["1 Flu", "3 long", "4 Flu", "5 Flu", "6 Flu"]);
        var raw = await test.Sql.QueryAsync($"SELECT op, lsn FROM {test.Names.Raw}.visits ORDER BY lsn, op", new Dictionary<string, object?>(), Token);
        raw.Rows.Select(row => $"{row[0]} {row[1]}").ShouldBe(["c 20", "c 21", "c 24", "c 25", "c 30", "d 30", "c 31"]);
    }

    private static (string Key, string? Value) Odd((string Key, string? Value) message, string member) =>
        (message.Key, message.Value!.Replace("\"after\":{", "\"after\":{" + member, StringComparison.Ordinal));

    /// <summary>A fresh, empty warehouse.</summary>
    protected abstract Task<IWarehouseUnderTest> CreateAsync(string name);

    /// <summary>Whether a record of this kind can be brought to this warehouse in a test.</summary>
    private protected virtual bool Takes(BadRecords.Bad record) => true;
}
