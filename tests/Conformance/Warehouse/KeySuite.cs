using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>What every warehouse does with keys that are no whole number: several columns, texts, uuids, days, decimals.</summary>
public abstract class KeySuite
{
    private const string Kept = Messages.Kept;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Columns of the key are not the first ones, and not in its order.</summary>
    private static SourceTable Beds { get; } = Table("beds", """["ward","bed"]""", ("bed", "text"), ("patient", "text"), ("ward", "integer"));

    [Fact]
    public async Task Rows_of_every_kind_of_key_come_change_and_go()
    {
        (SourceTable Table, string One, string Other)[] kinds =
        [
            (Table("drugs", """["code"]""", ("code", "character varying(20)"), ("note", "text")), "\"N02BE01 \\\"O'Hara\\\"\\n\"", "\"n02be01\""),
            (Table("bands", """["band"]""", ("band", "uuid"), ("note", "text")), "\"0f8fad5b-d9cb-469f-a165-70867728950e\"", "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\""),
            (Table("holidays", """["day"]""", ("day", "date"), ("note", "text")), "20513", "-2147472691"),
            (Table("tariffs", """["rate"]""", ("rate", "numeric(8,2)"), ("note", "text")), "\"ew==\"", "\"/w==\""),
        ];
        await using var test = await CreateAsync("kinds");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test, [.. kinds.Select(kind => kind.Table)]);
        foreach (var (table, one, other) in kinds)
        {
            var name = table.Key[0];
            LakeObject[] objects =
            [
                await fill.TableAsync(table.Name, 0, Change(name, "r", 10, one, "first"), Change(name, "c", 20, other, "second")),
                await fill.TableAsync(table.Name, 0, Change(name, "u", 30, one, "changed"), Change(name, "d", 31, other, null), ($$"""{"{{name}}":{{other}}}""", null)),
                await fill.TableAsync(table.Name, 0, Change(name, "c", 20, other, "second")),
            ];
            foreach (var item in objects)
            {
                await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
            }
        }

        foreach (var table in kinds.Select(kind => kind.Table.Name))
        {
            (await TextAsync(test, $"SELECT note, _op, _lsn, _deleted FROM {test.Names.Current}.{table} ORDER BY _lsn")).ShouldBe("changed,u,30,False\n-,d,31,True", table);
        }

        (await TextAsync(test, $"SELECT {Printed("code")}, {Printed("_key")} FROM {test.Names.Current}.drugs WHERE NOT _deleted")).ShouldBe(
            "N02BE01 \"O'Hara\"\n,{\"code\":\"N02BE01 \\\"O'Hara\\\"\\u000a\"}");
        (await TextAsync(test, $"SELECT {Printed("band")} FROM {test.Names.Current}.bands WHERE NOT _deleted")).ShouldBe("0f8fad5b-d9cb-469f-a165-70867728950e");
        (await TextAsync(test, $"SELECT {Printed("day")} FROM {test.Names.Current}.holidays WHERE NOT _deleted")).ShouldBe("2026-03-01");
        (await TextAsync(test, $"SELECT {Printed("rate")}, {Printed("_key")} FROM {test.Names.Current}.tariffs WHERE NOT _deleted")).ShouldBe("1.23,{\"rate\":\"1.23\"}");
    }

    [Fact]
    public async Task Two_spellings_of_a_key_are_one_key()
    {
        await using var test = await CreateAsync("spellings");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test, Beds);
        var plain = Bed("c", 20, 1, "A", "\"Siti\"");
        var (_, spaced) = Bed("u", 21, 1, "A", "\"Made\"");
        var (_, schemas) = Bed("u", 22, 1, "A", Kept);
        await warehouse.LoadAsync(
            new LoadClaim(
            [
                await fill.TableAsync("beds", 0, plain, ("{ \"bed\" : \"\\u0041\", \"ward\" : 1 }", spaced)),
                await fill.TableAsync("beds", 0, ("{\"schema\":{\"type\":\"struct\"},\"payload\":{\"ward\":1,\"bed\":\"A\"}}", "{\"schema\":{\"type\":\"struct\"},\"payload\":" + schemas + "}")),
            ]),
            Refuse,
            Token);

        (await BedsAsync(test)).ShouldBe("1,A,Made,u,22");
        await AuditAsync(test, held: 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_gets_another_key_keeps_its_large_columns_whichever_half_comes_first(bool newHalfFirst)
    {
        await using var test = await CreateAsync(newHalfFirst ? "newhalf" : "oldhalf");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test, Beds);
        var stay = await fill.TableAsync("beds", 0, Bed("c", 20, 1, "A", "\"Siti\""), Bed("c", 21, 2, "A", "\"Wayan\""));
        var gone = await fill.TableAsync("beds", 0, Bed("d", 30, 1, "A", "null"));
        var come = await fill.MovedAsync("beds", 1, Key(1, "A"), Bed("c", 30, 1, "B", Kept));
        foreach (var item in newHalfFirst ? new[] { stay, come, gone } : [stay, gone, come])
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
            if (item == come && newHalfFirst)
            {
                (await BedsAsync(test)).ShouldBe("1,A,Siti,c,20\n1,B,-,c,30\n2,A,Wayan,c,21");
                warehouse = await StartAsync(test);
            }
        }

        (await BedsAsync(test)).ShouldBe("1,B,Siti,c,30\n2,A,Wayan,c,21");
        (await TextAsync(test, $"SELECT count(*) FROM {test.Names.Line}.pending_moves")).ShouldBe("0");
        await AuditAsync(test, held: 0);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_holds_its_own_key_alone_until_it_is_decided_about()
    {
        await using var test = await CreateAsync("heldtexts");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test, Beds);
        List<LakeObject> objects =
        [
            await fill.TableAsync("beds", 0, Bed("c", 20, 1, "A", "\"Siti\""), Bed("c", 21, 1, "B", "\"Made\"")),
            await fill.TableAsync("beds", 0, (Key(1, "A"), "{\"op\":"), Bed("u", 30, 1, "B", "\"Wayan\""), (Key(1, "A"), Bed("u", 31, 2, "A", "\"another\"").Value)),
            await fill.TableAsync("beds", 0, Bed("u", 40, 1, "A", "\"later\""), Bed("u", 41, 1, "B", Kept)),
            await fill.TableAsync("beds", 0, ("{\"ward\":1}", Bed("u", 50, 3, "C", "\"no bed in its key\"").Value), (new string('x', 9), Bed("c", 51, 4, "D", "\"no key\"").Value)),
        ];
        var poison = new List<PoisonRecord>();
        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Keep(poison), Token);
            warehouse = await StartAsync(test);
        }

        poison.Select(record => $"{record.Reason} {record.HeldKey}").ShouldBe(
            [$"bad_json {Key(1, "A")}", $"wrong_type {Key(1, "A")}", $"wrong_type {Key(3, "C")}", $"bad_json {Key(4, "D")}"]);
        poison.ShouldAllBe(record => !record.Detail.Contains("\"A\"", StringComparison.Ordinal));
        (await BedsAsync(test)).ShouldBe("1,A,Siti,c,20\n1,B,Wayan,u,41");
        (await warehouse.StatusAsync(Token)).HeldKeys["beds"].ShouldBe(3);
        await AuditAsync(test, held: 3);

        var (stream, documents) = (new LakeStream(TopicNames.ChangesOf("beds"), LakeFill.Epoch, 0), new DecisionDocuments(test.Lake));
        var instead = Bed("u", 29, 1, "A", "\"corrected\"");
        await documents.DecideAsync(
            new LetterDecision(stream, 2, LetterAction.Redrive, new LakeRecord(new LogPosition(stream.Topic, 0, 2), 1_772_352_000_000, Encoding.UTF8.GetBytes(instead.Key), Encoding.UTF8.GetBytes(instead.Value!), [])),
            Token);
        await documents.DecideAsync(new LetterDecision(stream, 4, LetterAction.Skip, null), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(2);

        const string Released = "1,A,later,u,40\n1,B,Wayan,u,41";
        (await BedsAsync(test)).ShouldBe(Released);
        await AuditAsync(test, held: 2);

        var names = new WarehouseNames(test.Names.Prefix + "_again");
        var again = test.OpenAs(names);
        await again.EnsureAsync(Token);
        await again.TakeOverAsync(Token);
        await again.LoadAsync(new LoadClaim(objects), Keep([]), Token);
        (await BedsAsync(test, names)).ShouldBe(Released);
    }

    [Fact]
    public async Task A_truncate_empties_them_whichever_partition_is_read_later()
    {
        await using var test = await CreateAsync("emptytexts");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test, Beds);
        LakeObject[] objects =
        [
            await fill.TableAsync("beds", 0, Bed("r", 100, 1, "A", "\"read after\""), Bed("r", 10, 1, "B", "\"read before\""), Bed("c", 20, 1, "C", "\"before\"")),
            await fill.TableAsync("beds", 0, (Key(1, "A"), Bed("t", 50, 1, "A", "null").Value)),
            await fill.TableAsync("beds", 1, Bed("c", 30, 2, "A", "\"older, read later\""), Bed("c", 60, 2, "B", "\"newer\"")),
        ];
        foreach (var item in objects)
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
        }

        (await BedsAsync(test)).ShouldBe("1,A,read after,r,-\n2,B,newer,c,60");
        (await TextAsync(test, $"SELECT {Printed("_key")}, ward, bed, patient FROM {test.Names.Current}.beds WHERE _deleted ORDER BY 1")).ShouldBe($"{Key(1, "B")},1,B,-\n{Key(1, "C")},1,C,-");
        await AuditAsync(test, held: 0);
    }

    /// <summary>A fresh, empty warehouse.</summary>
    protected abstract Task<IWarehouseUnderTest> CreateAsync(string name);

    /// <summary>Reads it as verify does.</summary>
    private protected abstract IWarehouseReader Reader(IWarehouseUnderTest test);

    // As a role does that starts anew: it knows the tables from the lake.
    private static async Task<IWarehouse> StartAsync(IWarehouseUnderTest test, params SourceTable[] tables)
    {
        foreach (var table in tables)
        {
            await new TableDocuments(test.Lake).KeepAsync(table, Token);
        }

        var warehouse = test.OpenFor([]);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    private async Task AuditAsync(IWarehouseUnderTest test, long held)
    {
        var decisions = await new DecisionDocuments(test.Lake).ReadAsync(Token);
        var result = await Reader(test).InSnapshotAsync((view, token) => new TableAudit(Beds.ToDescription(), view, null, decisions, 1).RunAsync(token), Token);
        (result.Current.IsEqual, result.Held).ShouldBe((true, held), result.Current.Describe("raw", "current"));
    }

    private static Task<string> BedsAsync(IWarehouseUnderTest test, WarehouseNames? names = null) =>
        TextAsync(test, $"SELECT ward, bed, patient, _op, _lsn FROM {(names ?? test.Names).Current}.beds WHERE NOT _deleted ORDER BY ward, bed");

    private static async Task<string> TextAsync(IWarehouseUnderTest test, string sql)
    {
        var rows = await test.Sql.QueryAsync(sql, new Dictionary<string, object?>(), Token);
        return string.Join('\n', rows.Rows.Select(row => string.Join(',', row.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "-"))));
    }

    /// <summary>A column's value as a text, in both dialects.</summary>
    private protected virtual string Printed(string column) => $"{column}::text";

    private static SourceTable Table(string name, string key, params (string Name, string Type)[] columns) => SourceTableDocument.Read(Encoding.UTF8.GetBytes(
        $$"""{"table":"{{name}}","key":{{key}},"columns":[{{string.Join(',', columns.Select(column => $$"""{"name":"{{column.Name}}","type":"{{column.Type}}"}"""))}}]}"""));

    private static string Key(int ward, string bed) => string.Create(CultureInfo.InvariantCulture, $$"""{"ward":{{ward}},"bed":"{{bed}}"}""");

    private static (string Key, string? Value) Bed(string op, long lsn, int ward, string bed, string patient) => (
        Key(ward, bed), Envelope(op, lsn, string.Create(CultureInfo.InvariantCulture, $$"""{"bed":"{{bed}}","patient":{{patient}},"ward":{{ward}}}""")));

    private static (string Key, string? Value) Change(string column, string op, long lsn, string key, string? note) => (
        $$"""{"{{column}}":{{key}}}""", Envelope(op, lsn, $$"""{"{{column}}":{{key}},"note":{{(note is null ? "null" : $"\"{note}\"")}}}"""));

    private static string Envelope(string op, long lsn, string row)
    {
        var (before, after) = op is "d" ? (row, "null") : op is "t" ? ("null", "null") : ("null", row);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"before":{{before}},"after":{{after}},"source":{"snapshot":"{{(op == "r" ? "true" : "false")}}","txId":700,"lsn":{{lsn}},"ts_ms":1772352000123},"op":"{{op}}","ts_ms":1772352000200}
            """);
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException($"{records[0].Reason}: {records[0].Detail}");

    private static SetAside Keep(List<PoisonRecord> into) => (records, _) =>
    {
        into.AddRange(records);
        return Task.CompletedTask;
    };
}
