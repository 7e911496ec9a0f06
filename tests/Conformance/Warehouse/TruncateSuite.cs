using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>TRUNCATE has one record in one partition, and empties all of them.</summary>
public abstract class TruncateSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    public async Task It_removes_every_older_row_whenever_a_partition_is_read(int seed)
    {
        await using var test = await CreateAsync("truncates");
        var fill = new LakeFill(test.Lake);
        Queue<LakeObject>[] chains =
        [
            new(
            [
                await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 50), Messages.Visit("u", 1, 110)),
                await fill.TableAsync("visits", 0, Messages.Visit("c", 4, 320)),
            ]),
            new(
            [
                await fill.TableAsync("visits", 1, Messages.Visit("r", 2, 50)),
                await TruncateAsync(fill, 1, 300),
                await fill.TableAsync("visits", 1, Messages.Visit("c", 2, 310, diagnosis: "\"new\"")),
            ]),
            new([await fill.TableAsync("visits", 2, Messages.Visit("r", 3, 50)), await fill.TableAsync("visits", 2, Messages.Visit("u", 3, 120))]),
        ];
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var random = new Random(seed);
        while (chains.Any(chain => chain.Count > 0))
        {
            var open = chains.Where(chain => chain.Count > 0).ToArray();
            await warehouse.LoadAsync(
                new LoadClaim([open[random.Next(open.Length)].Dequeue()]), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);
        }

        var (raw, current) = (test.Names.Raw, test.Names.Current);
        (await TextAsync(test, $"SELECT visit_id, diagnosis, _op, _lsn FROM {current}.visits WHERE NOT _deleted ORDER BY 1")).ShouldBe("2,new,c,310\n4,Flu,c,320");
        (await TextAsync(test, $"SELECT count(*) FROM {current}.visits WHERE _deleted AND diagnosis IS NOT NULL")).ShouldBe("0");
        (await TextAsync(test, $"SELECT count(*), sum(CASE WHEN op = 't' THEN 1 ELSE 0 END) FROM {raw}.visits")).ShouldBe("8,1");
        (await warehouse.StatusAsync(Token)).PoisonRecords.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_dead_letter_held_back_and_it_removed_does_not_come_back_when_the_letter_is_decided()
    {
        await using var test = await CreateAsync("truncatedletters");
        var fill = new LakeFill(test.Lake);
        var stream = new LakeStream(TopicNames.ChangesOf("visits"), LakeFill.Epoch, 0);
        string[] keys = [.. new long[] { 1, 2, 3 }.Select(id => Messages.VisitTombstone(id).Key)];
        List<LakeObject> objects =
        [
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), Messages.Visit("c", 2, 21), Messages.Visit("c", 3, 22)),
            await fill.TableAsync("visits", 0, (keys[0], "[]"), (keys[1], "[]"), (keys[2], "[]")),
            await fill.TableAsync("visits", 0, Messages.Visit("u", 1, 40), Messages.Visit("u", 2, 41), Messages.Visit("u", 3, 42)),
            await TruncateAsync(fill, 1, 300),
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 310, cost: "9.00")),
        ];
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), (_, _) => Task.CompletedTask, Token);
        }

        (await LiveAsync(test, test.Names)).ShouldBe(string.Empty);
        var documents = new DecisionDocuments(test.Lake);
        await documents.DecideAsync(new LetterDecision(stream, 3, LetterAction.Skip, null), Token);
        await documents.DecideAsync(Redrive(stream, 4, Messages.Visit("u", 2, 30)), Token);
        await documents.DecideAsync(Redrive(stream, 5, Messages.Visit("u", 3, 305, cost: "5.00")), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(3);
        (await LiveAsync(test, test.Names)).ShouldBe("1,9,c,310\n3,5,u,305");

        var names = new WarehouseNames("again");
        var again = test.OpenAs(names);
        await again.EnsureAsync(Token);
        await again.TakeOverAsync(Token);
        await again.LoadAsync(new LoadClaim(objects), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);
        (await LiveAsync(test, names)).ShouldBe("1,9,c,310\n3,5,u,305");
    }

    /// <summary>A fresh, empty warehouse.</summary>
    protected abstract Task<IWarehouseUnderTest> CreateAsync(string name);

    private static Task<string> LiveAsync(IWarehouseUnderTest test, WarehouseNames names) =>
        TextAsync(test, $"SELECT visit_id, total_cost, _op, _lsn FROM {names.Current}.visits WHERE NOT _deleted ORDER BY 1");

    private static async Task<string> TextAsync(IWarehouseUnderTest test, string sql)
    {
        var rows = await test.Sql.QueryAsync(sql, new Dictionary<string, object?>(), Token);
        return string.Join('\n', rows.Rows.Select(row => string.Join(',', row.Select(Text))));
    }

    private static string Text(object? value) => value is decimal number
        ? number.ToString("G29", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "-";

    private static LetterDecision Redrive(LakeStream stream, long offset, (string Key, string? Value) message) => new(stream, offset, LetterAction.Redrive, new LakeRecord(
        new LogPosition(stream.Topic, stream.Partition, offset), 1_772_352_000_000, Encoding.UTF8.GetBytes(message.Key), Encoding.UTF8.GetBytes(message.Value!), []));

    private static Task<LakeObject> TruncateAsync(LakeFill fill, int partition, long lsn) => fill.ObjectAsync(
        TopicNames.ChangesOf("visits"),
        partition,
        (null, Encoding.UTF8.GetBytes(Messages.Visit("u", 0, lsn).Value!.Replace("\"op\":\"u\"", "\"op\":\"t\"", StringComparison.Ordinal)), null));
}
