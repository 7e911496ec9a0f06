using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Compacting;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>What every warehouse promises its loader.</summary>
public abstract class WarehouseSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_become_typed_rows_and_deletes_tombstones()
    {
        await using var test = await CreateAsync("typed");
        var (fill, warehouse) = await StartAsync(test);
        var first = await fill.TableAsync(
            "visits", 0, Messages.Visit("r", 1, 10), Messages.Visit("c", 2, 20, diagnosis: "\"Gr\\u00fc\\u00dfe 'x'\""), Messages.Visit("c", 3, 21, diagnosis: null));
        var second = await fill.TableAsync(
            "visits", 0, Messages.Visit("u", 1, 30, cost: "99999999.99"), Messages.Visit("d", 2, 31), Messages.VisitTombstone(2));

        await warehouse.LoadAsync(new LoadClaim([first]), Refuse, Token);
        await warehouse.LoadAsync(new LoadClaim([second]), Refuse, Token);

        (await CurrentAsync(test)).ShouldBe(
            """
            1 Flu 99999999.99 2026-02-01T10:30:00.000001 False u 30
            2 - - - True d 31
            3 - 12.50 2026-02-01T10:30:00.000001 False c 21
            """);
        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(6);
    }

    [Fact]
    public async Task Views_show_the_rows_that_are_there_without_what_names_a_person()
    {
        await using var test = await CreateAsync("views");
        var (fill, warehouse) = await StartAsync(test);
        var item = await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 10), Messages.Doctor("c", 2, 11), Messages.Doctor("d", 1, 12));

        await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);

        var rows = await test.Sql.QueryAsync($"SELECT * FROM {test.Names.Views}.doctors", new Dictionary<string, object?>(), Token);
        rows.Columns.ShouldBe(["doctor_id", "specialization", "experience_years", "hospital_id", "updated_at"]);
        rows.Rows.Single()[..4].ShouldBe([2L, null, 7L, "h1"]);
    }

    [Fact]
    public async Task Thousands_of_keys_in_one_load_are_looked_up_together()
    {
        await using var test = await CreateAsync("many");
        var (fill, warehouse) = await StartAsync(test);
        foreach (var op in new[] { "c", "u" })
        {
            var item = await fill.TableAsync("visits", 0, [.. Enumerable.Range(1, 3_000).Select(id => Messages.Visit(op, id, op == "c" ? 10 : 20, diagnosis: op == "c" ? "\"Flu\"" : Messages.Kept))]);
            await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
        }

        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Current}.visits WHERE _op = 'u' AND diagnosis = 'Flu'")).ShouldBe(3_000);
    }

    [Fact]
    public async Task A_compacted_lake_loads_from_its_start_also_in_parts_of_a_larger_object()
    {
        await using var test = await CreateAsync("compacted");
        var (fill, warehouse) = await StartAsync(test);
        var objects = new List<LakeObject>();
        for (var i = 0; i < 4; i++)
        {
            objects.Add(await fill.TableAsync("visits", 0, Messages.Visit("c", 1 + i, 20 + i), Messages.Visit("u", 1, 30 + i, cost: $"{i}.00")));
        }

        var loaded = new Dictionary<LakeStream, long> { [objects[0].Name.Stream] = 8 };
        var done = await LakeCompaction.RunAsync(test.Lake, loaded, new CompactionOptions(DateOnly.MaxValue), new Progress<CompactionFigures>(), Token);
        done.Emptied.ShouldBe(3);
        var now = await Task.WhenAll(objects.Select(async item => (await test.Lake.FindAsync(item.Name, Token))!));

        await warehouse.LoadAsync(new LoadClaim([now[0], now[1]]), Refuse, Token);
        await warehouse.LoadAsync(new LoadClaim([now[2], now[3]]), Refuse, Token);

        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(8);
        (await CountAsync(test, $"SELECT count(DISTINCT {(test is BigQueryUnderTest ? "`offset`" : "\"offset\"")}) FROM {test.Names.Raw}.visits")).ShouldBe(8);
        (await CurrentAsync(test)).ShouldStartWith("1 Flu 3.00 2026-02-01T10:30:00.000001 False u 33");
    }

    [Fact]
    public async Task A_redelivered_change_neither_overwrites_nor_revives()
    {
        await using var test = await CreateAsync("redelivered");
        var (fill, warehouse) = await StartAsync(test);
        var insert = Messages.Visit("c", 1, 20);
        var update = Messages.Visit("u", 1, 30, cost: "1.00");
        var gone = Messages.Visit("c", 2, 25);
        var objects = new[]
        {
            await fill.TableAsync("visits", 0, insert, update, gone, Messages.Visit("d", 2, 40)),
            await fill.TableAsync("visits", 0, insert, gone),
            await fill.TableAsync("visits", 0, update, Messages.Visit("u", 1, 50, cost: "2.00")),
        };

        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
        }

        (await CurrentAsync(test)).ShouldBe("1 Flu 2.00 2026-02-01T10:30:00.000001 False u 50\n2 - - - True d 40");
    }

    [Fact]
    public async Task An_untouched_large_column_keeps_its_value_whether_it_came_before_or_in_the_same_load()
    {
        await using var test = await CreateAsync("kept");
        var (fill, warehouse) = await StartAsync(test);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20, diagnosis: "\"long\""));
        var second = await fill.TableAsync(
            "visits",
            0,
            Messages.Visit("u", 1, 30, diagnosis: Messages.Kept, cost: "1.00"),
            Messages.Visit("c", 2, 31, diagnosis: "\"longer\""),
            Messages.Visit("u", 2, 32, diagnosis: Messages.Kept, cost: "2.00"));

        await warehouse.LoadAsync(new LoadClaim([first]), Refuse, Token);
        await warehouse.LoadAsync(new LoadClaim([second]), Refuse, Token);

        (await CurrentAsync(test)).ShouldBe(
            "1 long 1.00 2026-02-01T10:30:00.000001 False u 30\n2 longer 2.00 2026-02-01T10:30:00.000001 False u 32");
    }

    [Fact]
    public async Task A_row_that_got_another_key_takes_its_untouched_columns_along_whichever_half_comes_first()
    {
        await using var test = await CreateAsync("moved");
        var (fill, warehouse) = await StartAsync(test);
        var objects = new[]
        {
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20, diagnosis: "\"long\"")),
            await fill.MovedAsync("visits", 1, """{"visit_id":1}""", Messages.Visit("c", 2, 30, diagnosis: Messages.Kept)),
            await fill.TableAsync("visits", 1, Messages.Visit("u", 2, 35, diagnosis: Messages.Kept, cost: "3.50")),
            await fill.TableAsync("visits", 0, Messages.Visit("d", 1, 30), Messages.Visit("c", 1, 40, diagnosis: "\"other\"")),
        };

        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
        }

        (await CurrentAsync(test)).ShouldBe(
            "1 other 12.50 2026-02-01T10:30:00.000001 False c 40\n2 long 3.50 2026-02-01T10:30:00.000001 False u 35");
    }

    [Fact]
    public async Task A_snapshot_row_and_a_streamed_change_are_ordered_by_the_log_and_not_by_lsn()
    {
        await using var test = await CreateAsync("latecommit");
        var (fill, warehouse) = await StartAsync(test);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 500));
        var second = await fill.TableAsync("visits", 0, Messages.Visit("u", 1, 400, cost: "4.00"));

        await warehouse.LoadAsync(new LoadClaim([first]), Refuse, Token);
        await warehouse.LoadAsync(new LoadClaim([second]), Refuse, Token);

        (await CurrentAsync(test)).ShouldBe("1 Flu 4.00 2026-02-01T10:30:00.000001 False u 400");
    }

    [Fact]
    public async Task The_same_claim_again_is_refused_and_changes_nothing()
    {
        await using var test = await CreateAsync("again");
        var (fill, warehouse) = await StartAsync(test);
        var claim = new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20))]);
        await warehouse.LoadAsync(claim, Refuse, Token);

        await Should.ThrowAsync<LoadFencedException>(() => warehouse.LoadAsync(claim, Refuse, Token));

        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(1);
        (await warehouse.StatusAsync(Token)).Positions.Single().Next.ShouldBe(1);
    }

    [Fact]
    public async Task A_claim_that_leaves_something_out_is_refused()
    {
        await using var test = await CreateAsync("gap");
        var (fill, warehouse) = await StartAsync(test);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20));
        await fill.TableAsync("visits", 0, Messages.Visit("c", 2, 30));
        var third = await fill.TableAsync("visits", 0, Messages.Visit("c", 3, 40));
        await warehouse.LoadAsync(new LoadClaim([first]), Refuse, Token);

        await Should.ThrowAsync<LoadFencedException>(() => warehouse.LoadAsync(new LoadClaim([third]), Refuse, Token));

        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(1);
    }

    [Fact]
    public async Task A_loader_that_was_taken_over_from_can_load_nothing_more()
    {
        await using var test = await CreateAsync("fence");
        var (fill, older) = await StartAsync(test);
        var claim = new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20))]);
        var newer = test.Open();
        await newer.TakeOverAsync(Token);

        await Should.ThrowAsync<LoadFencedException>(() => older.LoadAsync(claim, Refuse, Token));
        await newer.LoadAsync(claim, Refuse, Token);

        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(1);
    }

    [Fact]
    public async Task Poison_is_set_aside_and_holds_back_its_own_key_only()
    {
        await using var test = await CreateAsync("poison");
        var (fill, warehouse) = await StartAsync(test);
        var good = Messages.Visit("c", 1, 20);
        var first = await fill.TableAsync(
            "visits",
            0,
            Messages.Visit("c", 1, 20),
            (good.Key, "{\"op\":\"u\", broken"),
            Messages.Visit("c", 2, 21),
            Messages.Visit("u", 1, 22, cost: "7.00"));
        var second = await fill.TableAsync("visits", 0, Messages.Visit("u", 1, 23, cost: "8.00"), Messages.Visit("u", 2, 24, cost: "9.00"));
        var aside = new List<PoisonRecord>();

        await warehouse.LoadAsync(new LoadClaim([first]), Keep(aside), Token);
        var restarted = test.Open();
        await restarted.TakeOverAsync(Token);
        await restarted.LoadAsync(new LoadClaim([second]), Keep(aside), Token);

        var poison = aside.ShouldHaveSingleItem();
        (poison.Reason, poison.HeldKey, poison.Position.Offset).ShouldBe(("bad_json", 1, 1));
        (await CurrentAsync(test)).ShouldBe(
            "1 Flu 12.50 2026-02-01T10:30:00.000001 False c 20\n2 Flu 9.00 2026-02-01T10:30:00.000001 False u 24");
        var status = await restarted.StatusAsync(Token);
        status.HeldKeys["visits"].ShouldBe(1);
        status.PoisonRecords["visits"].ShouldBe(1);
        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(6);
    }

    [Fact]
    public async Task Where_poison_cannot_be_set_aside_nothing_is_loaded()
    {
        await using var test = await CreateAsync("aside");
        var (fill, warehouse) = await StartAsync(test);
        var claim = new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), (Messages.Visit("c", 2, 1).Key, "[]"))]);

        await Should.ThrowAsync<IOException>(() => warehouse.LoadAsync(claim, (_, _) => throw new IOException("no broker"), Token));

        (await warehouse.StatusAsync(Token)).Positions.ShouldBeEmpty();
        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Raw}.visits")).ShouldBe(0);
    }

    [Fact]
    public async Task A_damaged_object_is_named_and_nothing_of_the_claim_takes_effect()
    {
        await using var test = await CreateAsync("damaged");
        var (fill, warehouse) = await StartAsync(test);
        var doctors = await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 20));
        var visits = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20));
        await test.DamageAsync(visits);

        var failure = await Should.ThrowAsync<ObjectDamagedException>(() => warehouse.LoadAsync(new LoadClaim([doctors, visits]), Refuse, Token));

        failure.Topic.ShouldBe(TopicNames.ChangesOf("visits"));
        failure.Message.ShouldContain(visits.Name.ToString());
        (await warehouse.StatusAsync(Token)).Positions.ShouldBeEmpty();
        await warehouse.LoadAsync(new LoadClaim([doctors]), Refuse, Token);
        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Current}.doctors")).ShouldBe(1);
    }

    [Fact]
    public async Task A_row_of_5000_columns_stops_its_table_in_words_and_no_other()
    {
        await using var test = await CreateAsync("wide");
        var (fill, warehouse) = await StartAsync(test);
        var more = string.Concat(Enumerable.Range(1, 5_000).Select(i => string.Create(CultureInfo.InvariantCulture, $",\"more_{i}\":{i}")));
        var wide = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 10, diagnosis: "\"Flu\"" + more));
        var other = await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 10));

        var stop = await Should.ThrowAsync<TableStoppedException>(() => warehouse.LoadAsync(new LoadClaim([wide]), Refuse, Token));
        (stop.Topic, stop.Message.Contains("more than 200 columns", StringComparison.Ordinal)).ShouldBe((TopicNames.ChangesOf("visits"), true));
        await warehouse.LoadAsync(new LoadClaim([other]), Refuse, Token);

        (await CountAsync(test, $"SELECT (SELECT count(*) FROM {test.Names.Raw}.visits) + (SELECT count(*) FROM {test.Names.Current}.doctors)")).ShouldBe(1);
    }

    [Fact]
    public async Task A_load_bumps_the_signals_of_the_tables_it_changed()
    {
        await using var test = await CreateAsync("signals");
        var (fill, warehouse) = await StartAsync(test);
        var waiting = test.Sql.WaitForSignalAsync(SignalNames.Current, 0, TimeSpan.FromSeconds(60), Token);

        await warehouse.LoadAsync(new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20))]), Refuse, Token);

        (await waiting).ShouldBe(1);
        (await test.Sql.WaitForSignalAsync(SignalNames.CurrentOf("visits"), 0, TimeSpan.Zero, Token)).ShouldBe(1);
        (await test.Sql.WaitForSignalAsync(SignalNames.CurrentOf("doctors"), 0, TimeSpan.Zero, Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_new_source_epoch_sweeps_what_its_snapshot_did_not_show()
    {
        await using var test = await CreateAsync("sweep");
        var (fill, warehouse) = await StartAsync(test);
        var topic = TopicNames.ChangesOf("visits");
        var before = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 1_000), Messages.Visit("c", 2, 1_001));
        await warehouse.LoadAsync(new LoadClaim([before]), Refuse, Token);
        await test.Lake.CreateDocumentAsync(
            $"epochs/{topic}/0-00000000000000000002.json",
            System.Text.Encoding.UTF8.GetBytes($$"""{"epoch":2,"topic":"{{topic}}","partition":0,"offset":2,"snapshot_end":3}"""),
            Token);
        var after = await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 50, cost: "5.00"), Messages.Visit("u", 1, 60, cost: "6.00"));

        await warehouse.LoadAsync(new LoadClaim([after]), Refuse, Token);

        (await CurrentAsync(test)).ShouldBe("1 Flu 6.00 2026-02-01T10:30:00.000001 False u 60\n2 - - - True s 1001");
    }

    [Fact]
    public async Task Creating_again_changes_nothing()
    {
        await using var test = await CreateAsync("ensure");
        var (fill, warehouse) = await StartAsync(test);
        await warehouse.LoadAsync(new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20))]), Refuse, Token);

        await test.Open().EnsureAsync(Token);

        (await CountAsync(test, $"SELECT count(*) FROM {test.Names.Current}.visits")).ShouldBe(1);
    }

    /// <summary>A fresh, empty warehouse.</summary>
    protected abstract Task<IWarehouseUnderTest> CreateAsync(string name);

    private static async Task<(LakeFill Fill, IWarehouse Warehouse)> StartAsync(IWarehouseUnderTest test)
    {
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return (new LakeFill(test.Lake), warehouse);
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) =>
        throw new InvalidOperationException($"poison: {records[0].Reason} {records[0].Detail}");

    private static SetAside Keep(List<PoisonRecord> into) => (records, _) =>
    {
        into.AddRange(records);
        return Task.CompletedTask;
    };

    private static async Task<long> CountAsync(IWarehouseUnderTest test, string sql) =>
        (long)(await test.Sql.QueryAsync(sql, new Dictionary<string, object?>(), Token)).Rows[0][0]!;

    private static async Task<string> CurrentAsync(IWarehouseUnderTest test)
    {
        var rows = await test.Sql.QueryAsync(
            $"SELECT visit_id, diagnosis, total_cost, visit_date, _deleted, _op, _lsn FROM {test.Names.Current}.visits ORDER BY visit_id",
            new Dictionary<string, object?>(),
            Token);
        return string.Join('\n', rows.Rows.Select(row => string.Join(' ', row.Select(Text))));
    }

    private static string Text(object? value) => value switch
    {
        null => "-",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.00", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
