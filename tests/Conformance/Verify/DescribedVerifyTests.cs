using System.Text.Json;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>Tables beside the hospital's own, with keys that are no whole number, from a real source through native capture to current, and what verify and history say of them.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class DescribedVerifyTests(WarehouseServers servers)
{
    private const string Sql = """
        CREATE TABLE beds (patient text, bed text, ward integer, price numeric(10,2), code character(5), PRIMARY KEY (ward, bed));
        ALTER TABLE beds ALTER patient SET STORAGE EXTERNAL;
        CREATE TABLE bands (band uuid PRIMARY KEY, issued timestamptz, weight double precision, tags text[], span interval, doc jsonb, dose numeric, at timetz, seal bytea);
        CREATE TABLE tariffs (rate numeric, day date, note text, PRIMARY KEY (day, rate));
        CREATE TABLE readings (what text);
        ALTER TABLE readings REPLICA IDENTITY FULL;
        INSERT INTO beds SELECT repeat('P' || i, 2000), 'B' || i, i % 7, i * 1.5, 'x' FROM generate_series(1, 200) i;
        INSERT INTO bands SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, '2026-03-01Z'::timestamptz + i * interval '1.000001 minute', i / 7.0, ARRAY['a"b', NULL, i::text],
          i * interval '1 day', jsonb_build_object('n', i, 'b', null), i / 3.0, '10:00+02', decode(lpad(to_hex(i), 4, '0'), 'hex') FROM generate_series(1, 100) i;
        INSERT INTO tariffs VALUES (1.0, '2026-03-01', 'one'), (2.50, '2026-03-01', 'two'), (1.0, 'infinity', 'for ever')
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Source_raw_current_and_lake_are_compared_and_a_row_altered_anywhere_is_found()
    {
        var description = $"[{Table("beds", """["ward","bed"]""", "patient:text bed:text ward:integer price:numeric(10,2) code:character(5)")},"
            + Table("bands", """["band"]""", "band:uuid issued:timestamp_with_time_zone weight:double_precision tags:text[] span:interval doc:jsonb dose:numeric at:time_with_time_zone seal:bytea") + ","
            + Table("tariffs", """["day","rate"]""", "rate:numeric day:date note:text") + "," + Table("readings", "[]", "what:text") + "]";
        await using var line = await VerifyLine.StartAsync(servers, "described_line", (["beds", "bands", "tariffs", "readings"], Sql, description));
        await CleanAsync(line);

        await line.Hospital.RunAsync(
            """
            UPDATE beds SET price = price + 1 WHERE ward = 3;
            UPDATE beds SET bed = 'moved ' || bed, ward = ward + 1 WHERE ward = 1;
            DELETE FROM beds WHERE ward = 5;
            INSERT INTO beds SELECT * FROM (SELECT 'again', 'B5', 5, 7.25, 'y') again;
            UPDATE bands SET weight = 1e-7, tags = '{}', dose = 'NaN' WHERE doc->>'n' < '2';
            UPDATE tariffs SET rate = 1.00 WHERE note = 'one';
            DELETE FROM tariffs WHERE day = 'infinity';
            INSERT INTO readings VALUES ('37.2')
            """);
        var report = await CleanAsync(line);
        var rows = await line.Hospital.TextAsync("SELECT count(*) FROM beds");
        report.Checks[0].Counted.ShouldContain($"beds: {rows} rows compared column by column");
        report.Checks[0].Counted.ShouldContain("bands: 100 rows compared column by column, not span, of which messages do not carry all");
        report.Checks[0].Counted.ShouldContain("tariffs: 2 rows compared column by column");
        report.Checks[2].Counted.ShouldContain(counted => counted.StartsWith("readings: 1 records", StringComparison.Ordinal));

        // What verify has compared may still wait for the end of its transaction.
        await SinkLine.UntilAsync(
            async () => (await line.Warehouse.TextAsync("SELECT day, rate::text, note, _key FROM hospital.tariffs WHERE NOT _deleted ORDER BY rate"))
                .Contains("1.00,one,{\"day\":\"2026-03-01\",\"rate\":\"1.00\"}", StringComparison.Ordinal),
            "the row to show its new key",
            line.Health);

        await HistoryAsync(line);
        await FindsAsync(line, "UPDATE hospital.beds SET price = price + 1 WHERE (ward, bed) = (5, 'B5')", check: 1, "beds: 1 different (price in 1); keys such as sha256:");
        await FindsAsync(line, "UPDATE hospital.beds SET _key = '{}' WHERE (ward, bed) = (5, 'B5')", check: 1, "beds: 1 of raw missing in current, 1 in current that raw does not have");
        await FindsAsync(line, "DELETE FROM hospital.bands WHERE doc->>'n' = '7'", check: 1, "bands: 1 of raw missing in current");
        await FindsAsync(line, """UPDATE hospital_raw.tariffs SET row_key = '{"day":"2026-03-02","rate":"2.50"}' WHERE row_key LIKE '%2.50%'""", check: 2, "row_key");
    }

    private static async Task HistoryAsync(VerifyLine line)
    {
        var beds = (await new TableDocuments(line.Lake).BesideAsync([], Token)).Single(table => table.Name == "beds");
        var versions = await new RowHistories(line.Reader, line.Lake).OfAsync(beds, TypedKey.Read(beds, """{"bed":"moved B1","ward":2}"""), Token);
        var moved = versions.ShouldHaveSingleItem();
        moved.Row!.Value.Values.ShouldBe([string.Concat(Enumerable.Repeat("P1", 2000)), "moved B1", "2", "1.50", "x    "]);
        (await new RowHistories(line.Reader, line.Lake).OfAsync(beds, TypedKey.Read(beds, """{"bed":"B5","ward":5}"""), Token)).Select(version => version.Row!.Value.Last.Act).ShouldBe(
            [ChangeAct.Snapshot, ChangeAct.Delete, ChangeAct.Insert]);
    }

    private static async Task<VerifyReport> CleanAsync(VerifyLine line)
    {
        var report = await line.VerifyWithoutMartsAsync(TimeSpan.FromSeconds(120));
        report.Checks.SelectMany(check => check.Findings).ShouldBeEmpty(line.Health());
        report.Checks[0].NotChecked.ShouldBeNull(line.Health());
        return report;
    }

    private static async Task FindsAsync(VerifyLine line, string damage, int check, string finding)
    {
        await line.Warehouse.RunAsync($"CREATE TABLE kept AS SELECT * FROM {(damage.Contains("beds", StringComparison.Ordinal) ? "hospital.beds" : "hospital.bands")}; {damage}");
        var report = await line.VerifyWithoutMartsAsync(TimeSpan.FromSeconds(120));
        report.Checks[check].Findings.ShouldContain(found => found.Contains(finding, StringComparison.Ordinal), damage);
        report.Checks.SelectMany(one => one.Findings).ShouldAllBe(found => !found.Contains("B5", StringComparison.Ordinal));
        await line.Warehouse.RunAsync(damage.Contains("beds", StringComparison.Ordinal)
            ? "DELETE FROM hospital.beds; INSERT INTO hospital.beds SELECT * FROM kept; DROP TABLE kept"
            : "DELETE FROM hospital.bands; INSERT INTO hospital.bands SELECT * FROM kept; DROP TABLE kept");
    }

    private static string Table(string name, string key, string columns) => $$"""
        {"table":"{{name}}","key":{{key}},"modes":{"decimal.handling.mode":"string"},"columns":[{{string.Join(',', columns.Split(' ').Select(column => column.Split(':')).Select(column =>
            $$"""{"name":{{JsonSerializer.Serialize(column[0])}},"type":{{JsonSerializer.Serialize(column[1].Replace('_', ' '))}}}"""))}}]}
        """;
}
