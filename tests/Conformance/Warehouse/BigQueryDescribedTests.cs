using System.Text;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>A described table on BigQuery while its source goes on.</summary>
[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryDescribedTests
{
    private const string Mark = "\"__debezium_unavailable_value\"";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_update_keeps_stays_whatever_its_type_holds_and_a_later_description_adds_columns()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("described");
        var documents = new TableDocuments(test.Lake);
        await documents.KeepAsync(Notes(string.Empty), Token);
        var fill = new LakeFill(test.Lake);
        await LoadAsync(test, await NoteAsync(
            fill, "c", 20, """{"note_id":1,"body":"long","doc":"{\"a\": [1, null]}","odd":"{\"a\":1e400}","tags":["a",null],"size":"NaN","ended":"infinity"}"""));

        await LoadAsync(test, await NoteAsync(
            fill, "u", 21, $$"""{"note_id":1,"body":{{Mark}},"doc":{{Mark}},"odd":{{Mark}},"tags":[{{Mark}}],"size":{{Mark}},"ended":"2026-03-01T08:00:00Z"}"""));

        var row = await test.Sql.QueryAsync(
            $"SELECT _lsn, body, TO_JSON_STRING(doc), odd, TO_JSON_STRING(tags), size, ended, TO_JSON_STRING(_texts) FROM {test.Names.Current}.notes",
            new Dictionary<string, object?>(),
            Token);
        row.Rows.Single().ShouldBe(
            [21L, "long", """{"a":[1,null]}""", null, """["a",null]""", null, new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), """{"odd":"{\"a\":1e400}","size":"NaN"}"""]);

        // The emulator's SQL does not know columns that came later; the table says them.
        await documents.KeepAsync(Notes(""","seen":"boolean" """), Token);
        var before = await ColumnsAsync(test);
        await Open(test).EnsureAsync(Token);
        await Open(test).EnsureAsync(Token);
        (await ColumnsAsync(test)).ShouldBe([.. before, "seen BOOL"]);
    }

    private static BigQueryWarehouse Open(BigQueryUnderTest test) => new(test.Client, test.Names, [], test.Lake, TimeSpan.Zero);

    private static async Task<List<string>> ColumnsAsync(BigQueryUnderTest test)
    {
        var table = await test.Client.CallAsync("GET", $"datasets/{test.Names.Current}/tables/notes", null, Token);
        return [.. table!.SelectToken("schema.fields")!.Select(field => $"{field["name"]} {field["type"]}")];
    }

    // As a role does that starts anew.
    private static async Task LoadAsync(BigQueryUnderTest test, LakeObject item)
    {
        var warehouse = Open(test);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(new LoadClaim([item]), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);
    }

    private static SourceTable Notes(string more)
    {
        var types = $$"""{"note_id":"bigint","body":"text","doc":"jsonb","odd":"jsonb","tags":"text[]","size":"numeric(10,2)","ended":"timestamp with time zone"{{more}}}""";
        var columns = System.Text.Json.JsonDocument.Parse(types).RootElement.EnumerateObject().Select(column => $$"""{"name":"{{column.Name}}","type":"{{column.Value}}"}""");
        return SourceTableDocument.Read(Encoding.UTF8.GetBytes(
            $$"""{"table":"notes","key":["note_id"],"modes":{"decimal.handling.mode":"string"},"columns":[{{string.Join(',', columns)}}]}"""));
    }

    private static Task<LakeObject> NoteAsync(LakeFill fill, string op, long lsn, string row) => fill.ObjectAsync(
        TopicNames.ChangesOf("notes"),
        0,
        ("""{"note_id":1}"""u8.ToArray(), Encoding.UTF8.GetBytes($$"""{"before":null,"after":{{row}},"source":{"snapshot":"false","txId":7,"lsn":{{lsn}},"ts_ms":1772352000123},"op":"{{op}}","ts_ms":1772352000200}"""), null));
}
