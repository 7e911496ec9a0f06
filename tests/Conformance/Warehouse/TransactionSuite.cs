using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>Where the source names its transactions, current has all of some first ones and nothing of the others, whatever raw has by then.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class TransactionTests(WarehouseServers servers)
{
    private const string Visits = "SELECT visit_id, total_cost, _lsn FROM hospital.visits WHERE NOT _deleted ORDER BY 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_state_of_current_is_one_that_the_source_had_however_its_topics_are_read_and_the_loader_dies(int seed)
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, string.Create(CultureInfo.InvariantCulture, $"transfers{seed}"));
        var (vector, fill, random) = (new TransferVector(), new LakeFill(test.Lake), new Random(seed));
        var warehouse = await StartAsync(test);
        await warehouse.LoadAsync(new LoadClaim(await vector.SnapshotAsync(fill)), Aside, Token);
        var chains = await vector.StreamedAsync(fill, random);
        var (at, seen) = (0, new HashSet<string>());
        (await test.Database.TextAsync(TransferVector.StateSql)).ShouldBe(vector.States[0]);
        while (chains.RemoveAll(chain => chain.Count == 0) >= 0 && chains.Count > 0)
        {
            var claim = chains.Where(_ => random.Next(3) == 0).DefaultIfEmpty(chains[0]).Select(chain => chain.Dequeue()).ToList();
            await LoadAsync(test, warehouse, claim, fails: random.Next(4) == 0);
            if (random.Next(4) == 0)
            {
                warehouse = test.Open();
                await warehouse.TakeOverAsync(Token);
            }

            var state = await test.Database.TextAsync(TransferVector.StateSql);
            at = vector.States.IndexOf(state, at);
            at.ShouldBeGreaterThanOrEqualTo(0, $"no state of the source, or an older one: {state}");
            seen.Add(state);
            await AuditAsync(test);
        }

        at.ShouldBe(vector.States.Count - 1);
        seen.Count.ShouldBeGreaterThan(4);
        var status = await warehouse.StatusAsync(Token);
        status.Transactions.ShouldBe(new TransactionReads(true, null, null, 0));
        status.Positions.ShouldAllBe(position => position.Applied == position.Next);
        status.HeldKeys["visits"].ShouldBe(1);
        (await test.Database.TextAsync("SELECT count(*) FROM hospital_line.transactions WHERE NOT ended")).ShouldBe("0");
    }

    [Fact]
    public async Task What_never_becomes_whole_is_named_while_it_is_waited_for_and_shown_after_the_longest_wait()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "patience");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        await LoadAsync(test, warehouse, [await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 10), In(700, 1, Messages.Visit("u", 1, 20, cost: "5.00", txId: 700)))]);
        (await test.Database.TextAsync(Visits)).ShouldBe("1,12.50,-");
        (await warehouse.StatusAsync(Token)).Transactions.ToString().ShouldStartWith("whole transactions, waits for the END of transaction 700 since 20");
        await LoadAsync(test, warehouse, [await EndAsync(fill, 700, 40, ("visits", 2))]);
        (await warehouse.StatusAsync(Token)).Transactions.ToString().ShouldEndWith("postgres-source.public.visits has 1 of its 2 records");
        (await warehouse.SettleAsync(Token)).ShouldBe(0);
        (await test.Database.TextAsync(Visits)).ShouldBe("1,12.50,-");

        var hasty = new PostgresWarehouse(test.Database.Source, test.Names, HospitalSchema.CapturedTables, test.Lake, TimeSpan.Zero);
        await hasty.TakeOverAsync(Token);
        await hasty.SettleAsync(Token);

        (await test.Database.TextAsync(Visits)).ShouldBe("1,5.00,20");
        hasty.GivenUp.ShouldBe(1);
        (await hasty.StatusAsync(Token)).Transactions.ToString().ShouldBe("whole transactions, 1 shown without being whole");

        // The rest of it need not wait, nor what comes after it.
        await LoadAsync(test, hasty, [await fill.TableAsync("visits", 0, In(700, 2, Messages.Visit("c", 2, 30, txId: 700)))]);
        (await test.Database.TextAsync(Visits)).ShouldBe("1,5.00,20\n2,12.50,30");
        await AuditAsync(test);
    }

    [Fact]
    public async Task Without_transaction_metadata_current_is_whole_per_table_and_says_so()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "pertable");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);

        await LoadAsync(test, warehouse, [await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 10), Messages.Visit("u", 1, 20, cost: "5.00"))]);

        (await test.Database.TextAsync(Visits)).ShouldBe("1,5.00,20");
        (await warehouse.StatusAsync(Token)).Transactions.ToString().ShouldBe("whole per table");
        (await test.Database.TextAsync("SELECT (SELECT count(*) FROM hospital_line.transactions) + (SELECT count(*) FROM hospital_line.transaction_reads)")).ShouldBe("0");
    }

    [Fact]
    public async Task A_letter_that_waits_with_its_transaction_is_decided_in_its_place()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "waitingletter");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        var bad = In(700, 2, Messages.Visit("c", 2, 21, cost: "much", txId: 700));
        await LoadAsync(test, warehouse,
        [
            await fill.TableAsync("visits", 0, In(700, 1, Messages.Visit("c", 1, 20, txId: 700)), bad, In(701, 1, Messages.Visit("u", 2, 50, cost: "7.00", txId: 701))),
        ]);
        var stream = new LakeStream(TopicNames.ChangesOf("visits"), LakeFill.Epoch, 0);
        var good = In(700, 2, Messages.Visit("c", 2, 21, cost: "6.00", txId: 700));
        await new DecisionDocuments(test.Lake).DecideAsync(
            new LetterDecision(stream, 1, LetterAction.Redrive, new LakeRecord(new LogPosition(stream.Topic, 0, 1), 0, Encoding.UTF8.GetBytes(good.Key), Encoding.UTF8.GetBytes(good.Value!), [])),
            Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);
        (await test.Database.TextAsync(Visits)).ShouldBe(string.Empty);
        await AuditAsync(test);

        await LoadAsync(test, warehouse, [await EndAsync(fill, 700, 30, ("visits", 2))]);
        (await test.Database.TextAsync(Visits)).ShouldBe("1,12.50,20\n2,6.00,21");
        await AuditAsync(test);
        await LoadAsync(test, warehouse, [await EndAsync(fill, 701, 60, ("visits", 1))]);
        (await test.Database.TextAsync(Visits)).ShouldBe("1,12.50,20\n2,7.00,50");
        await AuditAsync(test);
    }

    [Fact]
    public async Task A_transaction_of_many_pages_is_shown_at_once_when_its_END_comes()
    {
        const int Rows = 25_000;
        await using var test = await PostgresUnderTest.CreateAsync(servers, "pages");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        await LoadAsync(test, warehouse, [await fill.TableAsync(
            "visits", 0, [.. Enumerable.Range(1, Rows).Select(i => In(700, i, Messages.Visit(i > 20_000 ? "u" : "c", i > 20_000 ? i - 20_000 : i, 1_000 + i, txId: 700)))])]);
        (await test.Database.TextAsync("SELECT (SELECT count(*) FROM hospital.visits), (SELECT count(*) FROM hospital_raw.visits)")).ShouldBe("0,25000");

        await LoadAsync(test, warehouse, [await EndAsync(fill, 700, 100_000, ("visits", Rows))]);

        (await test.Database.TextAsync("SELECT count(*), count(*) FILTER (WHERE _op = 'u'), max(_lsn) FROM hospital.visits")).ShouldBe("20000,5000,26000");
    }

    private static (string Key, string? Value) In(uint transaction, long order, (string Key, string? Value) message) => (message.Key, message.Value!.Replace(
        "\"transaction\":null",
        string.Create(CultureInfo.InvariantCulture, $$"""
            "transaction":{"id":"{{transaction}}:1","total_order":{{order}},"data_collection_order":{{order}}}
            """),
        StringComparison.Ordinal));

    private static Task<LakeObject> EndAsync(LakeFill fill, uint transaction, ulong at, params (string Table, int Count)[] counts)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{transaction}:{at}");
        var collections = string.Join(',', counts.Select(count => string.Create(
            CultureInfo.InvariantCulture, $$"""{"data_collection":"public.{{count.Table}}","event_count":{{count.Count}}}""")));
        return fill.ObjectAsync(TopicNames.Transactions, 0, (
            Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}"""),
            Encoding.UTF8.GetBytes($$"""{"status":"END","id":"{{id}}","event_count":{{counts.Sum(count => count.Count)}},"data_collections":[{{collections}}],"ts_ms":1}"""),
            null));
    }

    private static async Task<IWarehouse> StartAsync(PostgresUnderTest test)
    {
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    // A load that fails before it commits must leave nothing behind, in memory neither.
    private static async Task LoadAsync(PostgresUnderTest test, IWarehouse warehouse, IReadOnlyList<LakeObject> objects, bool fails = false)
    {
        var claim = new LoadClaim([.. objects.OrderBy(item => item.Name)]);
        if (fails)
        {
            await test.Database.RunAsync("ALTER TABLE hospital_line.signals RENAME TO signals_away");
            await Should.ThrowAsync<Npgsql.PostgresException>(() => warehouse.LoadAsync(claim, Aside, Token));
            await test.Database.RunAsync("ALTER TABLE hospital_line.signals_away RENAME TO signals");
        }

        await warehouse.LoadAsync(claim, Aside, Token);
    }

    private static Task Aside(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => Task.CompletedTask;

    private static async Task AuditAsync(PostgresUnderTest test)
    {
        var decisions = await new DecisionDocuments(test.Lake).ReadAsync(Token);
        foreach (var table in HospitalSchema.CapturedTables.Where(table => table.Name is "visits" or "billing_payments"))
        {
            var result = await new PostgresWarehouseReader(test.Database.Source, test.Names).InSnapshotAsync(
                (view, token) => new TableAudit(table, view, null, decisions, 1).RunAsync(token), Token);
            result.Current.IsEqual.ShouldBeTrue(result.Current.Describe("raw", "current"));
            result.BookedTruncation.ShouldBe(result.Truncation);
        }
    }
}
