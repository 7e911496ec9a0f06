using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Recorded;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>Tables that the source altered, in messages that Debezium itself wrote, and described tables that are altered.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class RecordedDriftTests(WarehouseServers servers)
{
    private const string Added = "allergies";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>replay-1: a column is added half-way. Rows changed since have it; in the others the source's default is in no message.</summary>
    [Fact]
    public async Task A_column_added_while_debezium_ran_appears_with_the_sources_values()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "recorded_added");
        var table = RecordedWorkload.Tables.Single(table => table.Name == "patients");
        var warehouse = await StartAsync(test, [table]);
        var fill = new LakeFill(test.Lake);
        foreach (var partition in RecordedWorkload.Lines(table).GroupBy(line => line.Position.Partition))
        {
            foreach (var some in Versions([.. partition]))
            {
                var item = await fill.ObjectAsync(TopicNames.ChangesOf(table.Name), partition.Key, [.. some.Select(line => (line.Key?.ToArray(), line.Value?.ToArray(), OldKey(line)))]);
                await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
            }
        }

        var expected = Csv.Rows(await File.ReadAllTextAsync(Path.Combine(VectorFolder.Path, "replay-1", "final.patients.csv"), Token)).ToList();
        var at = expected[0].IndexOf(Added);
        var final = expected.Skip(1).ToDictionary(row => row[0], row => row[at]);
        var shown = (await test.Database.TextAsync($"SELECT patient_id, {Added} FROM hospital.patients WHERE NOT _deleted ORDER BY 1")).Split('\n').Select(line => line.Split(',', 2)).ToList();
        shown.Count.ShouldBe(final.Count);
        var filled = shown.Where(row => row[1] != "-").ToList();
        filled.Count.ShouldBeGreaterThan(0);

        // Kafka Connect's converter had written the column's default for its NULL (replace.null.with.default, docs/types.md).
        filled.Where(row => final[row[0]] != row[1] && (final[row[0]], row[1]) != ("\\N", "unknown")).ShouldBeEmpty();
        shown.Where(row => row[1] == "-" && final[row[0]] is not ("unknown" or "\\N")).Select(row => $"{row[0]}: {final[row[0]]}").ShouldBeEmpty();
        (await test.Database.TextAsync("SELECT count(DISTINCT schema) FROM hospital_raw.patients")).ShouldBe("2");
    }

    /// <summary>Each recorded configuration, with descriptions from before a column was added: it comes as a text with the source's values.</summary>
    [Theory]
    [InlineData("defaults")]
    [InlineData("schemas")]
    [InlineData("string-decimals")]
    [InlineData("unwrapped")]
    public async Task A_column_that_the_description_has_not_comes_as_a_text_in_every_form_of_message(string configuration)
    {
        await using var source = await TestDatabase.CreateAsync(servers, "recorded_drift_source");
        await using var test = await PostgresUnderTest.CreateAsync(servers, "recorded_drift");
        var recorded = new RecordedConfiguration(configuration);
        await recorded.RunSourceAsync(source);
        var described = (await recorded.DescribeAsync(source, test.Lake, ["visits"]))[0];
        var older = described with { Columns = [.. described.Columns.Where(column => column.Name != "diagnosis")] };
        var warehouse = await StartAsync(test, [older]);
        var poison = new List<PoisonRecord>();
        var chains = await recorded.ChainsAsync(new LakeFill(test.Lake), ["visits"], () => 5);
        await warehouse.LoadAsync(new LoadClaim([.. chains.SelectMany(chain => chain)]), (records, _) => KeepAsync(poison, records), Token);

        var held = string.Join(", ", poison.Select(record => record.HeldKey!.Value).Append(-1));
        const string Columns = "SELECT visit_id, md5(diagnosis) FROM";
        (await test.Database.TextAsync($"{Columns} hospital.visits WHERE NOT _deleted AND visit_id NOT IN ({held}) ORDER BY 1"))
            .ShouldBe(await source.TextAsync($"{Columns} visits WHERE visit_id NOT IN ({held}) ORDER BY 1"));
    }

    [Fact]
    public async Task A_retyped_column_of_a_described_table_stops_it_and_after_the_choice_old_letters_are_redriven_and_a_rebuild_comes_to_the_same()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "described_retyped");
        await new TableDocuments(test.Lake).KeepAsync(
            SourceTableDocument.Read("""{"table":"notes","key":["note_id"],"columns":[{"name":"note_id","type":"bigint"},{"name":"amount","type":"numeric(10,2)"}]}"""u8.ToArray()), Token);
        var warehouse = await StartAsync(test, []);
        var fill = new LakeFill(test.Lake);
        await warehouse.LoadAsync(new LoadClaim([await fill.TableAsync("notes", 0, Note(1, "\"BNI=\""))]), Refuse, Token);
        var letters = await fill.TableAsync("notes", 0, Note(2, "{\"word\":\"cheap\"}"));
        var refused = new List<PoisonRecord>();
        await warehouse.LoadAsync(new LoadClaim([letters]), (records, _) => KeepAsync(refused, records), Token);
        var many = await fill.TableAsync("notes", 0, [.. Enumerable.Range(100, 30).Select(id => Note(id, "{\"word\":\"cheap\"}"))]);
        var stopped = await Should.ThrowAsync<TableStoppedException>(() => warehouse.LoadAsync(new LoadClaim([many]), Refuse, Token));

        await test.Database.RunAsync(stopped.Message[stopped.Message.IndexOf("DROP VIEW", StringComparison.Ordinal)..stopped.Message.IndexOf(" in the warehouse", StringComparison.Ordinal)]);
        await warehouse.LoadAsync(new LoadClaim([many]), Refuse, Token);
        var own = new LakeRecord(new LogPosition(letters.Name.Stream.Topic, 0, 1), 0, refused.ShouldHaveSingleItem().Key, refused[0].Value, []);
        await new DecisionDocuments(test.Lake).DecideAsync(new LetterDecision(letters.Name.Stream, 1, LetterAction.Redrive, own), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);

        const string Few = "SELECT note_id, amount FROM hospital.notes WHERE note_id < 101 ORDER BY 1";
        (await test.Database.TextAsync(Few)).ShouldBe("""
            1,12.34
            2,{"word":"cheap"}
            100,{"word":"cheap"}
            """.ReplaceLineEndings("\n"));
        await test.Database.RunAsync("DELETE FROM hospital.notes");
        await new WarehouseRebuild(new PostgresSwap(test.Database.Source, test.Names, [], test.Lake), test.Lake, Refuse, new WarehouseSinkOptions())
            .RunAsync(new Progress<string>(), Token);
        (await test.Database.TextAsync(Few.Replace("amount", "note_id", StringComparison.Ordinal))).ShouldBe("1,1\n2,2\n100,100");
    }

    // As LakeSink does: an object holds one version of the table.
    private static List<List<LakeRecord>> Versions(IReadOnlyList<LakeRecord> lines)
    {
        var versions = new List<List<LakeRecord>>();
        bool? with = null;
        foreach (var line in lines)
        {
            var has = line.Value is { } value && Encoding.UTF8.GetString(value.Span) is var text && !text.Contains("\"op\":\"d\"", StringComparison.Ordinal)
                ? text.Contains($"\"{Added}\"", StringComparison.Ordinal)
                : with;
            if (versions.Count == 0 || (has is not null && with is not null && has != with))
            {
                versions.Add([]);
            }

            with = has ?? with;
            versions[^1].Add(line);
        }

        return versions;
    }

    private static async Task<IWarehouse> StartAsync(PostgresUnderTest test, IReadOnlyList<Core.Domain.TableDescription> tables)
    {
        var warehouse = test.OpenFor(tables);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    private static (string Key, string? Value) Note(long id, string amount) => (
        $$"""{"note_id":{{id}}}""",
        $$"""{"before":null,"after":{"note_id":{{id}},"amount":{{amount}}},"source":{"snapshot":"false","txId":7,"lsn":{{100 + id}},"ts_ms":1772352000123},"op":"c","ts_ms":1772352000200}""");

    private static string? OldKey(LakeRecord line) =>
        line.Headers.FirstOrDefault(header => header.Key == ChangeFields.OldKeyHeader).Value is { } key ? Encoding.UTF8.GetString(key) : null;

    private static Task KeepAsync(List<PoisonRecord> into, IReadOnlyList<PoisonRecord> records)
    {
        into.AddRange(records);
        return Task.CompletedTask;
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException($"set aside: {records[0].Detail}");
}
