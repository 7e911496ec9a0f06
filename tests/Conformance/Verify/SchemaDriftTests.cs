using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Letters;
using HospitalStreaming.WarehouseSink.Rebuild;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>Tables that are altered under a running line: native capture, lake sink and warehouse sink are left to themselves.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class SchemaDriftTests(WarehouseServers servers)
{
    private const string AllVisits = "SELECT visit_id, ward, beds, diagnosis, finding, total_cost::text, _op, _lsn FROM hospital.visits ORDER BY 1";

    [Fact]
    public async Task Added_dropped_renamed_and_widened_columns_flow_a_truncate_empties_and_a_rebuild_comes_to_the_same()
    {
        await using var line = await StartAsync("drift");

        await line.Hospital.RunAsync("ALTER TABLE visits ADD COLUMN ward text, ADD COLUMN beds integer; UPDATE visits SET ward = 'A1', beds = 3 WHERE visit_id <= 2");
        await ShowsAsync(line, "visits", "visit_id, ward, beds", "1,A1,3\n2,A1,3\n3,-,-\n4,-,-");

        await line.Hospital.RunAsync("ALTER TABLE visits DROP COLUMN ward; UPDATE visits SET beds = 4 WHERE visit_id = 2");
        await ShowsAsync(line, "visits", "visit_id, ward, beds", "1,A1,3\n2,-,4\n3,-,-\n4,-,-");

        await line.Hospital.RunAsync("ALTER TABLE visits RENAME COLUMN diagnosis TO finding; UPDATE visits SET finding = 'Flu, better' WHERE visit_id = 3");
        await ShowsAsync(line, "visits", "visit_id, diagnosis, finding", "1,Flu,-\n2,Flu,-\n3,-,Flu, better\n4,Flu,-");

        await line.Hospital.RunAsync("ALTER TABLE visits ALTER total_cost TYPE numeric(16,4); UPDATE visits SET total_cost = 99999999999.1234 WHERE visit_id = 4");
        await ShowsAsync(line, "visits", "visit_id, total_cost::text", "1,1.50\n2,1.50\n3,1.50\n4,99999999999.1234");

        await line.Hospital.RunAsync("TRUNCATE prescriptions; INSERT INTO prescriptions (prescription_id, visit_id, patient_id, doctor_id, medicine_id) VALUES (2, 1, 1, 1, 1)");
        await ShowsAsync(line, "prescriptions", "prescription_id, visit_id", "2,1");
        (await line.Warehouse.TextAsync("SELECT count(DISTINCT schema) FROM hospital_raw.visits")).ShouldBe("4");
        (await line.Warehouse.TextAsync("SELECT count(*) FROM hospital_line.poison_records")).ShouldBe("0");

        var before = await line.Warehouse.TextAsync(AllVisits);
        await line.Warehouse.RunAsync("UPDATE hospital.visits SET beds = NULL, finding = NULL, diagnosis = NULL");
        var rebuild = new WarehouseRebuild(
            new PostgresSwap(line.Warehouse.Source, new WarehouseNames(), HospitalSchema.CapturedTables, line.Lake), line.Lake, (_, _) => Task.CompletedTask, new WarehouseSinkOptions());
        await rebuild.RunAsync(new Progress<string>(), TestContext.Current.CancellationToken);
        (await line.Warehouse.TextAsync(AllVisits)).ShouldBe(before);
        var report = await line.VerifyWithoutMartsAsync(TimeSpan.FromSeconds(30));
        report.Checks.SelectMany(check => check.Findings).ShouldBeEmpty();
        report.Checks[0].Counted.ShouldContain(counted => counted.StartsWith("visits: 4 rows compared column by column, not diagnosis, which the source has no more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_retyped_column_or_another_key_stops_its_table_with_the_choice_and_a_choice_lets_it_go_on()
    {
        await using var line = await StartAsync("retyped");

        await line.Hospital.RunAsync(
            """
            ALTER TABLE visits ALTER total_cost TYPE text USING 'about ' || total_cost;
            INSERT INTO visits (visit_id, patient_id, doctor_id, total_cost) SELECT i, 1, 1, 'cheap' FROM generate_series(90, 92) i;
            """);
        await SinkLine.UntilAsync(
            async () => await line.Warehouse.TextAsync("SELECT count(*) FROM hospital_line.poison_records") == "3", "three dead letters before the table stops", line.Health);

        await line.Hospital.RunAsync(
            """
            INSERT INTO visits (visit_id, patient_id, doctor_id, total_cost) SELECT i, 1, 1, 'cheap' FROM generate_series(100, 399) i;
            ALTER TABLE medicines RENAME COLUMN medicine_id TO code;
            INSERT INTO medicines (code, name) SELECT i, 'M' FROM generate_series(100, 399) i;
            UPDATE doctors SET name = 'Dr B' WHERE doctor_id = 1;
            """);

        await ShowsAsync(line, "doctors", "name", "Dr B");
        await SinkLine.UntilAsync(
            () => Task.FromResult(
                line.Health().Contains("ALTER TABLE hospital.visits ALTER COLUMN total_cost TYPE text;", StringComparison.Ordinal)
                && line.Health().Contains("The key of medicines must stay the whole number medicine_id", StringComparison.Ordinal)),
            "both tables stop and say what can be done",
            line.Health);
        (await line.Warehouse.TextAsync("SELECT count(*) FROM hospital.visits")).ShouldBe("4");
        (await line.Warehouse.TextAsync("SELECT bool_and(refused < 20) FROM (SELECT count(*) refused FROM hospital_line.poison_records GROUP BY table_name UNION SELECT 0) letters")).ShouldBe("true");

        await line.Warehouse.RunAsync("DROP VIEW IF EXISTS hospital_views.visits; ALTER TABLE hospital.visits ALTER COLUMN total_cost TYPE text;");
        await ShowsAsync(
            line, "visits", "count(*) + (SELECT count(*) FROM hospital_line.poison_records WHERE table_name = 'visits'), min(total_cost), max(total_cost)", "307,1.50,cheap");

        // What was refused before the choice is readable by it, as it is.
        var desk = new LetterDesk(line.Kafka, line.Lake, line.Reader);
        foreach (var letter in (await desk.ListAsync(Token)).Where(letter => letter.Letter.Position.Topic == TopicNames.ChangesOf("visits")))
        {
            await desk.RedriveAsync(letter.Letter.Id, null, null, Token);
        }

        await ShowsAsync(line, "visits", "count(*), min(total_cost), max(total_cost)", "307,1.50,cheap");
        await SinkLine.UntilAsync(() => Task.FromResult(!line.Health().Contains("hospital.visits", StringComparison.Ordinal)), "visits to be well again", line.Health);
        (await line.Warehouse.TextAsync("SELECT max(total_cost) FROM hospital_views.visits")).ShouldBe("cheap");
        (await line.Warehouse.TextAsync("SELECT count(*) FROM hospital.medicines")).ShouldBe("1");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<VerifyLine> StartAsync(string name)
    {
        var line = await VerifyLine.StartAsync(servers, name, settings: ("Capture:SkippedOperations", "none"));
        foreach (var table in new[] { "doctors", "patients", "medicines", "visits", "prescriptions" })
        {
            await line.Hospital.RunAsync($"ALTER TABLE {table} ALTER hospital_id SET DEFAULT 'h1', ALTER updated_at SET DEFAULT '2026-01-01Z'");
        }

        await line.Hospital.RunAsync(
            """
            INSERT INTO doctors (doctor_id, name) VALUES (1, 'Dr A');
            INSERT INTO patients (patient_id, full_name) VALUES (1, 'P');
            INSERT INTO medicines (medicine_id, name) VALUES (1, 'M');
            INSERT INTO visits (visit_id, patient_id, doctor_id, diagnosis, total_cost) SELECT i, 1, 1, 'Flu', 1.5 FROM generate_series(1, 4) i;
            INSERT INTO prescriptions (prescription_id, visit_id, patient_id, doctor_id, medicine_id) VALUES (1, 1, 1, 1, 1);
            """);
        await ShowsAsync(line, "visits", "count(*)", "4");
        await ShowsAsync(line, "medicines", "count(*)", "1");
        await ShowsAsync(line, "prescriptions", "count(*)", "1");
        return line;
    }

    private static async Task ShowsAsync(VerifyLine line, string table, string columns, string expected)
    {
        var shown = string.Empty;
        await SinkLine.UntilAsync(
            async () =>
            {
                try
                {
                    shown = await line.Warehouse.TextAsync($"SELECT {columns} FROM hospital.{table} WHERE NOT _deleted ORDER BY 1");
                }
                catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn)
                {
                    return false;
                }

                return shown == expected;
            },
            $"{table} to show {columns}: {expected.ReplaceLineEndings("; ")}",
            () => $"it shows {shown.ReplaceLineEndings("; ")}; {line.Health()}");
    }
}
