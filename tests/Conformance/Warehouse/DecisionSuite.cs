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

/// <summary>What decisions about dead letters do in every warehouse.</summary>
public abstract class DecisionSuite
{
    private static readonly TableDescription Visits = HospitalSchema.CapturedTables.Single(table => table.Name == "visits");
    private static readonly LakeStream Stream = new(TopicNames.ChangesOf("visits"), LakeFill.Epoch, 0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_redriven_record_and_a_skipped_one_release_their_keys_once_and_a_rebuild_comes_to_the_same()
    {
        await using var test = await CreateAsync("decided");
        var (objects, warehouse) = await LoadAsync(test);
        (await CurrentAsync(test, test.Names)).ShouldBe("1 12.50 c 20\n2 12.50 c 21\n3 12.50 c 22\n4 9.00 u 33");

        var documents = new DecisionDocuments(test.Lake);
        var corrected = Redrive(4, Messages.Visit("u", 1, 30, cost: "3.00"));
        (await documents.DecideAsync(corrected, Token)).ShouldBeTrue();
        (await documents.DecideAsync(new LetterDecision(Stream, 5, LetterAction.Skip, null), Token)).ShouldBeTrue();
        (await documents.DecideAsync(corrected, Token)).ShouldBeTrue();
        (await documents.DecideAsync(corrected with { Action = LetterAction.Skip, Record = null }, Token)).ShouldBeFalse();
        (await warehouse.SettleAsync(Token)).ShouldBe(2);
        (await warehouse.SettleAsync(Token)).ShouldBe(0);
        var restarted = test.Open();
        await restarted.TakeOverAsync(Token);
        (await restarted.SettleAsync(Token)).ShouldBe(0);

        // 1: corrected, then its later change; 2: goes on without; 3: is held still; 4: never was.
        const string Released = "1 7.00 u 40\n2 8.00 u 41\n3 12.50 c 22\n4 9.00 u 33";
        (await CurrentAsync(test, test.Names)).ShouldBe(Released);
        var status = await restarted.StatusAsync(Token);
        (status.HeldKeys["visits"], status.OpenLetters["visits"], status.PoisonRecords["visits"]).ShouldBe((1, 1, 3));
        await AuditAsync(test, skipped: 0, held: 1);

        var names = new WarehouseNames(test.Names.Prefix + "_again");
        var again = test.OpenAs(names);
        await again.EnsureAsync(Token);
        await again.TakeOverAsync(Token);
        var letters = new List<PoisonRecord>();
        await again.LoadAsync(new LoadClaim(objects), Keep(letters), Token);
        letters.ShouldHaveSingleItem().HeldKey.ShouldBe(3);
        (await CurrentAsync(test, names)).ShouldBe(Released);
        (await again.SettleAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_record_that_said_no_key_takes_its_place_in_the_log_before_changes_that_came_after_it()
    {
        await using var test = await CreateAsync("keyless");
        var warehouse = await StartAsync(test);
        var fill = new LakeFill(test.Lake);
        LakeObject[] objects =
        [
            await fill.ObjectAsync(Stream.Topic, 0, (null, "{broken"u8.ToArray(), null)),
            await fill.TableAsync("visits", 0, Messages.Visit("u", 1, 30, diagnosis: Messages.Kept, cost: "2.00")),
        ];
        await warehouse.LoadAsync(new LoadClaim(objects), Keep([]), Token);
        (await CurrentAsync(test, test.Names)).ShouldBe("1 2.00 u 30");

        await new DecisionDocuments(test.Lake).DecideAsync(Redrive(0, Messages.Visit("c", 1, 20, diagnosis: "\"Cold\"")), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);

        (await CurrentAsync(test, test.Names)).ShouldBe("1 2.00 u 30");
        var rows = await test.Sql.QueryAsync($"SELECT diagnosis FROM {test.Names.Current}.visits", new Dictionary<string, object?>(), Token);
        rows.Rows.Single()[0].ShouldBe("Cold");
        await AuditAsync(test, skipped: 0, held: 0);
    }

    [Fact]
    public async Task A_last_change_that_was_skipped_is_left_out_of_the_comparison_with_the_source()
    {
        await using var test = await CreateAsync("lastskip");
        var warehouse = await StartAsync(test);
        var fill = new LakeFill(test.Lake);
        var item = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), (Messages.Visit("c", 1, 20).Key, "[]"));
        await warehouse.LoadAsync(new LoadClaim([item]), Keep([]), Token);
        await AuditAsync(test, skipped: 0, held: 1);

        await new DecisionDocuments(test.Lake).DecideAsync(new LetterDecision(Stream, 1, LetterAction.Skip, null), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);

        await AuditAsync(test, skipped: 1, held: 0);
    }

    /// <summary>A fresh, empty warehouse.</summary>
    protected abstract Task<IWarehouseUnderTest> CreateAsync(string name);

    /// <summary>Reads it as verify does.</summary>
    private protected abstract IWarehouseReader Reader(IWarehouseUnderTest test);

    // 1, 2 and 3 each get a record that cannot be read, then a good change; 4 only good ones.
    private static async Task<(List<LakeObject> Objects, IWarehouse Warehouse)> LoadAsync(IWarehouseUnderTest test)
    {
        var fill = new LakeFill(test.Lake);
        List<LakeObject> objects =
        [
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), Messages.Visit("c", 2, 21), Messages.Visit("c", 3, 22), Messages.Visit("c", 4, 23)),
            await fill.TableAsync("visits", 0, (Key(1), "{\"op\":"), (Key(2), "[]"), (Key(3), "{\"op\":"), Messages.Visit("u", 4, 33, cost: "9.00")),
            await fill.TableAsync("visits", 0, Messages.Visit("u", 1, 40, cost: "7.00"), Messages.Visit("u", 2, 41, cost: "8.00"), Messages.Visit("u", 3, 42, cost: "6.00")),
        ];
        var warehouse = await StartAsync(test);
        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Keep([]), Token);
        }

        return (objects, warehouse);
    }

    private static string Key(long id) => Messages.VisitTombstone(id).Key;

    private static LetterDecision Redrive(long offset, (string Key, string? Value) message) => new(Stream, offset, LetterAction.Redrive, new LakeRecord(
        new LogPosition(Stream.Topic, 0, offset), 1_772_352_000_000, Encoding.UTF8.GetBytes(message.Key), Encoding.UTF8.GetBytes(message.Value!), []));

    private static async Task<IWarehouse> StartAsync(IWarehouseUnderTest test)
    {
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    private static SetAside Keep(List<PoisonRecord> into) => (records, _) =>
    {
        into.AddRange(records);
        return Task.CompletedTask;
    };

    private async Task AuditAsync(IWarehouseUnderTest test, long skipped, long held)
    {
        var decisions = await new DecisionDocuments(test.Lake).ReadAsync(Token);
        var result = await Reader(test).InSnapshotAsync((view, token) => new TableAudit(Visits, view, null, decisions, 1).RunAsync(token), Token);
        (result.Current.IsEqual, result.Skipped, result.Held).ShouldBe((true, skipped, held), result.Current.Describe("raw", "current"));
    }

    private static async Task<string> CurrentAsync(IWarehouseUnderTest test, WarehouseNames names)
    {
        var rows = await test.Sql.QueryAsync(
            $"SELECT visit_id, total_cost, _op, _lsn FROM {names.Current}.visits ORDER BY visit_id", new Dictionary<string, object?>(), Token);
        return string.Join('\n', rows.Rows.Select(row => string.Create(
            CultureInfo.InvariantCulture, $"{row[0]} {((decimal)row[1]!).ToString("0.00", CultureInfo.InvariantCulture)} {row[2]} {row[3]}")));
    }
}
