using HospitalStreaming.Core.Domain;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class RebuildTests(WarehouseServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_warehouse_made_anew_is_the_same_row_by_row_and_a_running_loader_goes_on_with_it()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "rebuild");
        var (fill, warehouse) = await FilledAsync(test);
        var before = await DigestAsync(test);
        await test.Database.RunAsync("UPDATE hospital.visits SET diagnosis = 'altered'; DELETE FROM hospital.doctors; DELETE FROM hospital_raw.visits WHERE \"offset\" = 1");
        (await DigestAsync(test)).ShouldNotBe(before);

        (await Rebuild(test, 2).RunAsync(new Progress<string>(), Token)).ShouldBe(9);

        (await DigestAsync(test)).ShouldBe(before);
        (await test.Database.TextAsync("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%rebuild%'")).ShouldBe("0");
        var more = new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("u", 2, 90, cost: "9.00"))]);
        await Should.ThrowAsync<LoadFencedException>(() => warehouse.LoadAsync(more, Aside, Token));
        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(more, Aside, Token);
        (await test.Database.TextAsync("SELECT total_cost FROM hospital.visits WHERE visit_id = 2")).ShouldBe("9.00");
    }

    [Fact]
    public async Task On_a_line_that_runs_on_it_comes_to_an_end_with_every_row()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "rebuildlive");
        var (fill, _) = await FilledAsync(test);
        using var ended = new CancellationTokenSource();
        var loading = Task.Run(() => LoadOnAsync(test, fill, ended.Token), Token);

        await Rebuild(test, 1_000).RunAsync(new Progress<string>(), Token).WaitAsync(TimeSpan.FromSeconds(120), Token);
        await ended.CancelAsync();
        var written = await loading;

        (await test.Database.TextAsync("SELECT count(*) FROM hospital.visits WHERE visit_id >= 1000")).ShouldBe($"{written}");
        (await test.Database.TextAsync("SELECT (count(*) - max(\"offset\") - 1) || ' ' || (count(*) - count(DISTINCT \"offset\")) FROM hospital_raw.visits WHERE partition = 1")).ShouldBe("0 0");
    }

    // As a role does: one visit after the other; where it was fenced off it takes over, and loads what the warehouse has not.
    private static async Task<int> LoadOnAsync(PostgresUnderTest test, LakeFill fill, CancellationToken ended)
    {
        var (written, warehouse) = (0, test.Open());
        await warehouse.EnsureAsync(Token);
        while (!ended.IsCancellationRequested)
        {
            var item = await fill.TableAsync("visits", 1, Messages.Visit("c", 1_000 + written, 1_000 + written));
            written++;
            while (!(await warehouse.StatusAsync(Token)).Positions.Any(position => position.Stream == item.Name.Stream && position.Next > item.Name.StartOffset))
            {
                try
                {
                    await warehouse.LoadAsync(new LoadClaim([item]), Aside, Token);
                }
                catch (LoadFencedException)
                {
                    await warehouse.TakeOverAsync(Token);
                }
            }
        }

        return written;
    }

    [Fact]
    public async Task An_interrupted_rebuild_shows_nothing_and_the_next_carries_on()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "interrupted");
        await FilledAsync(test);
        var before = await DigestAsync(test);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var said = new Interrupter(stop, "2 records loaded");

        await Should.ThrowAsync<OperationCanceledException>(() => Rebuild(test, 1).RunAsync(said, stop.Token));

        (await DigestAsync(test)).ShouldBe(before);
        (await test.Database.TextAsync("SELECT count(*) FROM hospital_rebuild_raw.visits")).ShouldNotBe("0");
        var again = new Interrupter(stop, "never");
        await Rebuild(test, 1).RunAsync(again, Token);
        again.Said.ShouldNotContain("2 records loaded");
        (await DigestAsync(test)).ShouldBe(before);
    }

    [Fact]
    public async Task What_is_not_whole_is_waited_for_as_long_as_the_loader_in_place_would()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "rebuildopen");
        var (fill, warehouse) = (new LakeFill(test.Lake), test.Open());
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(new LoadClaim([await fill.TableAsync("visits", 0, InTransaction.Of(700, 1, Messages.Visit("c", 1, 20, txId: 700)))]), Aside, Token);

        await Rebuild(test, 1_000, TimeSpan.FromDays(1)).RunAsync(new Progress<string>(), Token);
        (await test.Database.TextAsync("SELECT count(*) FROM hospital.visits")).ShouldBe("0");

        await Rebuild(test, 1_000, TimeSpan.Zero).RunAsync(new Progress<string>(), Token);
        (await test.Database.TextAsync("SELECT count(*) FROM hospital.visits")).ShouldBe("1");
    }

    [Fact]
    public async Task A_damaged_lake_leaves_the_warehouse_as_it_is()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "rebuilddamage");
        var (fill, warehouse) = await FilledAsync(test);
        var last = await fill.TableAsync("visits", 0, Messages.Visit("c", 50, 91));
        await warehouse.LoadAsync(new LoadClaim([last]), Aside, Token);
        var before = await DigestAsync(test);
        await test.DamageAsync(last);

        var failure = await Should.ThrowAsync<Exception>(() => Rebuild(test, 1_000).RunAsync(new Progress<string>(), Token));

        failure.Message.ShouldContain(last.Name.ToString());
        (await DigestAsync(test)).ShouldBe(before);
    }

    [Fact]
    public async Task A_table_that_cannot_be_loaded_as_things_are_ends_the_command_with_the_choice_and_leaves_the_warehouse_as_it_is()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "rebuildstopped");
        var (fill, warehouse) = (new LakeFill(test.Lake), test.Open());
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(new LoadClaim([await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 50))]), Aside, Token);
        var before = await DigestAsync(test);
        await fill.TableAsync("doctors", 1, [.. Enumerable.Range(100, 25).Select(id => Doctors(id))]);

        var (code, said) = await CommandAsync(test);

        code.ShouldBe(1, said);
        said.ShouldContain("the warehouse is as it was");
        (await DigestAsync(test)).ShouldBe(before);

        // The choice is made in the warehouse in place, and the next run begins anew by it.
        await test.Database.RunAsync(said[said.IndexOf("DROP VIEW", StringComparison.Ordinal)..said.IndexOf(" in the warehouse", StringComparison.Ordinal)]);
        (code, said) = await CommandAsync(test);
        code.ShouldBe(0, said);
        (await test.Database.TextAsync("SELECT count(*), min(experience_years), max(experience_years) FROM hospital.doctors WHERE NOT _deleted")).ShouldBe("26,7,seven");
    }

    private static async Task<(int Code, string Said)> CommandAsync(PostgresUnderTest test)
    {
        using var process = ProductCommand.Start(
            ["rebuild", "--set", "Kafka:BootstrapServers=127.0.0.1:1", "--set", $"Lake:Folder={test.Lake.Location}", "--set", $"Warehouse:ConnectionString={test.Database.ConnectionString}"], new Dictionary<string, string>());
        var (errors, output) = (process.StandardError.ReadToEndAsync(Token), process.StandardOutput.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await errors + await output);
    }

    private static (string Key, string? Value) Doctors(int id) =>
        Messages.Doctor("c", id, 100 + id) is var (key, value) ? (key, value!.Replace("\"experience_years\":7", "\"experience_years\":\"seven\"", StringComparison.Ordinal)) : default;

    private static WarehouseRebuild Rebuild(PostgresUnderTest test, int maxRows, TimeSpan? patience = null) => new(
        new PostgresSwap(test.Database.Source, test.Names, HospitalSchema.CapturedTables, test.Lake, patience), test.Lake, Aside, new WarehouseSinkOptions { MaxRows = maxRows });

    // Inserts, updates, a delete, a row that moved, a record that was set aside and redriven, and one that holds its key.
    private static async Task<(LakeFill Fill, IWarehouse Warehouse)> FilledAsync(PostgresUnderTest test)
    {
        var fill = new LakeFill(test.Lake);
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        LakeObject[] objects =
        [
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), Messages.Visit("c", 2, 21)),
            await fill.TableAsync("visits", 0, (Messages.VisitTombstone(2).Key, "[]"), Messages.Visit("u", 2, 30, cost: "3.00"), Messages.Visit("d", 1, 31)),
            await fill.MovedAsync("visits", 1, """{"visit_id":1}""", Messages.Visit("c", 7, 31, diagnosis: Messages.Kept)),
            await fill.TableAsync("visits", 2, (Messages.VisitTombstone(9).Key, "{"), Messages.Visit("c", 9, 40)),
            await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 50)),
        ];
        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Aside, Token);
        }

        var stream = objects[0].Name.Stream;
        (await new DecisionDocuments(test.Lake).DecideAsync(new LetterDecision(stream, 2, LetterAction.Skip, null), Token)).ShouldBeTrue();
        (await warehouse.SettleAsync(Token)).ShouldBe(1);
        return (fill, warehouse);
    }

    // Everything but when and by which load it came.
    private static async Task<string> DigestAsync(PostgresUnderTest test)
    {
        var parts = new List<string>();
        foreach (var table in HospitalSchema.CapturedTables.Select(table => table.Name))
        {
            parts.Add(table + await test.Database.TextAsync($"SELECT count(*), md5(string_agg(t::text, ';' ORDER BY t::text)) FROM hospital.{table} t"));
            parts.Add(await test.Database.TextAsync(
                $"SELECT count(*), md5(string_agg((to_jsonb(t) - 'load_id')::text, ';' ORDER BY partition, \"offset\")) FROM hospital_raw.{table} t"));
        }

        parts.Add(await test.Database.TextAsync("SELECT topic, partition, next_offset, rows FROM hospital_line.positions ORDER BY 1, 2"));
        parts.Add(await test.Database.TextAsync("SELECT * FROM hospital_line.poison_records ORDER BY 1, 2, 3"));
        parts.Add(await test.Database.TextAsync("SELECT table_name, partition, \"offset\", action FROM hospital_line.letter_decisions ORDER BY 1, 2, 3"));
        return string.Join('\n', parts);
    }

    private static Task Aside(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => Task.CompletedTask;

    private sealed class Interrupter(CancellationTokenSource stop, string at) : IProgress<string>
    {
        public List<string> Said { get; } = [];

        public void Report(string value)
        {
            Said.Add(value);
            if (value == at)
            {
                stop.Cancel();
            }
        }
    }
}
