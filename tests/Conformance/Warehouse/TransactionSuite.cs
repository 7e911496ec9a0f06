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
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>Where the source names its transactions, current has all of some first ones and nothing of the others, whatever raw has by then.</summary>
public abstract class TransactionSuite
{
    protected static IReadOnlyList<TableDescription> Tables { get; } =
        [.. HospitalSchema.CapturedTables.Where(table => table.Name is "visits" or "billing_payments")];

    /// <summary>Longer than any test takes: only those that say so give up.</summary>
    protected static TimeSpan Patient { get; } = TimeSpan.FromDays(1);

    protected virtual int MostRecordsAnObject => 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    public async Task Every_state_of_current_is_one_that_the_source_had_however_its_topics_are_read_and_the_loader_dies(int seed)
    {
        await using var test = await CreateAsync(string.Create(CultureInfo.InvariantCulture, $"transfers{seed}"));
        var (vector, fill, random) = (new TransferVector(), new LakeFill(test.Lake), new Random(seed));
        var warehouse = await StartAsync(test);
        await warehouse.LoadAsync(new LoadClaim(await vector.SnapshotAsync(fill)), Aside, Token);
        var chains = await vector.StreamedAsync(fill, random, MostRecordsAnObject);
        var (at, seen) = (0, new HashSet<string>());
        (await vector.StateAsync(test)).ShouldBe(vector.States[0]);
        while (chains.RemoveAll(chain => chain.Count == 0) >= 0 && chains.Count > 0)
        {
            var claim = new LoadClaim([.. chains.Where(_ => random.Next(3) == 0).DefaultIfEmpty(chains[0]).Select(chain => chain.Dequeue()).OrderBy(item => item.Name)]);
            if (random.Next(4) == 0)
            {
                await FailAsync(test, warehouse, claim, random);
                await SeenAsync();
            }

            if (random.Next(4) == 0)
            {
                warehouse = random.Next(2) == 0 ? warehouse : Open(test);
                await warehouse.TakeOverAsync(Token);
            }

            await LoadRestAsync(warehouse, claim);
            await SeenAsync();
            if (random.Next(3) == 0)
            {
                await AuditAsync(test);
            }
        }

        at.ShouldBe(vector.States.Count - 1);
        seen.Count.ShouldBeGreaterThan(4);
        await AuditAsync(test);
        var status = await warehouse.StatusAsync(Token);
        status.Transactions.ShouldBe(new TransactionReads(true, null, null, 0));
        status.Positions.ShouldAllBe(position => position.Applied == position.Next);
        status.HeldKeys["visits"].ShouldBe(1);

        async Task SeenAsync()
        {
            var state = await vector.StateAsync(test);
            at = vector.States.IndexOf(state, at);
            at.ShouldBeGreaterThanOrEqualTo(0, $"no state of the source, or an older one: {state}");
            seen.Add(state);
        }
    }

    [Fact]
    public async Task What_never_becomes_whole_is_named_while_it_is_waited_for_and_shown_after_the_longest_wait()
    {
        await using var test = await CreateAsync("patience");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 10), InTransaction.Of(700, 1, Messages.Visit("u", 1, 20, cost: "5.00", txId: 700))));
        (await VisitsAsync(test)).ShouldBe("1 12.50 -");
        (await warehouse.StatusAsync(Token)).Transactions.ToString().ShouldStartWith("whole transactions, waits for the END of transaction 700 since 20");
        await LoadAsync(warehouse, await InTransaction.EndAsync(fill, 700, 40, ("visits", 2)));
        (await warehouse.StatusAsync(Token)).Transactions.ToString().ShouldEndWith("postgres-source.public.visits has 1 of its 2 records");
        (await warehouse.SettleAsync(Token)).ShouldBe(0);
        (await VisitsAsync(test)).ShouldBe("1 12.50 -");

        var hasty = Open(test, TimeSpan.Zero);
        await hasty.TakeOverAsync(Token);
        await hasty.SettleAsync(Token);

        (await VisitsAsync(test)).ShouldBe("1 5.00 20");
        hasty.GivenUp.ShouldBe(1);
        (await hasty.StatusAsync(Token)).Transactions.ToString().ShouldBe("whole transactions, 1 shown without being whole");

        // The rest of it need not wait, nor what comes after it; whoever loads by then.
        var next = Open(test);
        await next.TakeOverAsync(Token);
        await LoadAsync(next, await fill.TableAsync("visits", 0, InTransaction.Of(700, 2, Messages.Visit("c", 2, 30, txId: 700))));
        (await VisitsAsync(test)).ShouldBe("1 5.00 20\n2 12.50 30");
        (await next.StatusAsync(Token)).Transactions.ToString().ShouldBe("whole transactions, 1 shown without being whole");
        await AuditAsync(test);
    }

    [Fact]
    public async Task Without_transaction_metadata_current_is_whole_per_table_and_says_so()
    {
        await using var test = await CreateAsync("pertable");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);

        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 10), Messages.Visit("u", 1, 20, cost: "5.00")));

        (await VisitsAsync(test)).ShouldBe("1 5.00 20");
        (await warehouse.StatusAsync(Token)).Transactions.ToString().ShouldBe("whole per table");
        (await TextAsync(test, $"SELECT (SELECT count(*) FROM {test.Names.Line}.transactions) + (SELECT count(*) FROM {test.Names.Line}.transaction_reads)")).ShouldBe("0");
    }

    [Fact]
    public async Task A_letter_that_waits_with_its_transaction_is_decided_in_its_place()
    {
        await using var test = await CreateAsync("waitingletter");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        var bad = InTransaction.Of(700, 2, Messages.Visit("c", 2, 21, cost: "much", txId: 700));
        await LoadAsync(warehouse, await fill.TableAsync(
            "visits", 0, InTransaction.Of(700, 1, Messages.Visit("c", 1, 20, txId: 700)), bad, InTransaction.Of(701, 1, Messages.Visit("u", 2, 50, cost: "7.00", txId: 701))));
        var stream = new LakeStream(TopicNames.ChangesOf("visits"), LakeFill.Epoch, 0);
        var good = InTransaction.Of(700, 2, Messages.Visit("c", 2, 21, cost: "6.00", txId: 700));
        await new DecisionDocuments(test.Lake).DecideAsync(
            new LetterDecision(stream, 1, LetterAction.Redrive, new LakeRecord(new LogPosition(stream.Topic, 0, 1), 0, Encoding.UTF8.GetBytes(good.Key), Encoding.UTF8.GetBytes(good.Value!), [])),
            Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);
        (await VisitsAsync(test)).ShouldBe(string.Empty);
        await AuditAsync(test);

        await LoadAsync(warehouse, await InTransaction.EndAsync(fill, 700, 30, ("visits", 2)));
        (await VisitsAsync(test)).ShouldBe("1 12.50 20\n2 6.00 21");
        await AuditAsync(test);
        await LoadAsync(warehouse, await InTransaction.EndAsync(fill, 701, 60, ("visits", 1)));
        (await VisitsAsync(test)).ShouldBe("1 12.50 20\n2 7.00 50");
        await AuditAsync(test);
    }

    [Fact]
    public async Task A_key_that_is_held_is_so_from_its_letters_place_on_however_long_its_changes_wait()
    {
        await using var test = await CreateAsync("waitingholds");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        await LoadAsync(warehouse, await fill.TableAsync(
            "visits", 0, InTransaction.Of(700, 1, Messages.Visit("c", 1, 20, txId: 700)), InTransaction.Of(701, 1, Messages.Visit("u", 1, 40, cost: "much", txId: 701))));
        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, InTransaction.Of(702, 1, Messages.Visit("u", 1, 60, cost: "7.00", txId: 702))));
        (await VisitsAsync(test)).ShouldBe(string.Empty);

        await LoadAsync(warehouse, await InTransaction.EndAsync(fill, 700, 30, ("visits", 1)));
        (await VisitsAsync(test)).ShouldBe("1 12.50 20");
        var next = Open(test);
        await next.TakeOverAsync(Token);
        await LoadAsync(next, await InTransaction.EndAsync(fill, 701, 50, ("visits", 1)), await InTransaction.EndAsync(fill, 702, 70, ("visits", 1)));
        (await VisitsAsync(test)).ShouldBe("1 12.50 20");
        (await next.StatusAsync(Token)).Transactions.ShouldBe(new TransactionReads(true, null, null, 0));
        await AuditAsync(test);
    }

    [Fact]
    public async Task A_damaged_object_whose_records_wait_holds_up_no_table_and_they_are_shown_with_their_transaction()
    {
        await using var test = await CreateAsync("waitingdamage");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        var bad = (Messages.VisitTombstone(8).Key, "{");
        var first = await fill.TableAsync("visits", 0, InTransaction.Of(700, 1, Messages.Visit("c", 1, 20, txId: 700)), bad);
        await LoadAsync(warehouse, first);
        await test.DamageAsync(first);

        // One that has only the books to go by.
        var next = Open(test);
        await next.TakeOverAsync(Token);
        await LoadAsync(next, await fill.TableAsync("billing_payments", 0, Messages.Bill("r", 1, 30)));
        (await TextAsync(test, $"SELECT billing_id, total_amount FROM {test.Names.Current}.billing_payments")).ShouldBe("1 9.00");
        (await VisitsAsync(test)).ShouldBe(string.Empty);
        await LoadAsync(next, await InTransaction.EndAsync(fill, 700, 40, ("visits", 1)));
        (await VisitsAsync(test)).ShouldBe("1 12.50 20");

        // And one that read the object itself before it was damaged.
        var second = await fill.TableAsync("visits", 0, InTransaction.Of(701, 1, Messages.Visit("u", 1, 50, cost: "5.00", txId: 701)));
        await LoadAsync(next, second);
        await test.DamageAsync(second);
        await LoadAsync(next, await InTransaction.EndAsync(fill, 701, 60, ("visits", 1)));
        (await VisitsAsync(test)).ShouldBe("1 5.00 50");
        (await next.StatusAsync(Token)).Transactions.ShouldBe(new TransactionReads(true, null, null, 0));
        await AuditAsync(test);
    }

    /// <summary>A fresh, empty warehouse.</summary>
    protected abstract Task<IWarehouseUnderTest> CreateAsync(string name);

    /// <summary>A loader of <see cref="Tables"/> that waits so long for a transaction; null for <see cref="Patient"/>.</summary>
    protected abstract IWarehouse Open(IWarehouseUnderTest test, TimeSpan? patience = null);

    /// <summary>Reads the warehouse as verify does.</summary>
    protected abstract IWarehouseReader Reader(IWarehouseUnderTest test);

    /// <summary>A load that fails somewhere, with nothing or all of it done.</summary>
    protected abstract Task FailAsync(IWarehouseUnderTest test, IWarehouse warehouse, LoadClaim claim, Random random);

    protected static Task Aside(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => Task.CompletedTask;

    protected static Task LoadAsync(IWarehouse warehouse, params LakeObject[] objects) => warehouse.LoadAsync(new LoadClaim(objects), Aside, Token);

    /// <summary>Loads what of a claim is not loaded.</summary>
    protected static async Task LoadRestAsync(IWarehouse warehouse, LoadClaim claim)
    {
        var next = (await warehouse.StatusAsync(Token)).Positions.ToDictionary(position => position.Stream, position => position.Next);
        if (claim.Objects.Where(item => item.Name.StartOffset >= next.GetValueOrDefault(item.Name.Stream)).ToArray() is { Length: > 0 } rest)
        {
            await LoadAsync(warehouse, rest);
        }
    }

    protected static Task<string> VisitsAsync(IWarehouseUnderTest test) =>
        TextAsync(test, $"SELECT visit_id, total_cost, _lsn FROM {test.Names.Current}.visits WHERE NOT _deleted ORDER BY 1");

    protected static async Task<string> TextAsync(IWarehouseUnderTest test, string sql)
    {
        var rows = await test.Sql.QueryAsync(sql, new Dictionary<string, object?>(), Token);
        return string.Join('\n', rows.Rows.Select(row => string.Join(' ', row.Select(TransferVector.Text))));
    }

    protected async Task<IWarehouse> StartAsync(IWarehouseUnderTest test)
    {
        var warehouse = Open(test);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    protected async Task AuditAsync(IWarehouseUnderTest test)
    {
        var decisions = await new DecisionDocuments(test.Lake).ReadAsync(Token);
        foreach (var table in Tables)
        {
            var result = await Reader(test).InSnapshotAsync((view, token) => new TableAudit(table, view, null, decisions, 1).RunAsync(token), Token);
            result.Current.IsEqual.ShouldBeTrue(result.Current.Describe("raw", "current"));
            result.BookedTruncation.ShouldBe(result.Truncation);
        }
    }
}
