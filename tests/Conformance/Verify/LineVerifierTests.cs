using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Verify;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>Each kind of damage is done on purpose, alone, and must be found and named by just the checks that can see it; mended, the line is clean.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class LineVerifierTests(VerifyBed bed) : IClassFixture<VerifyBed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_clean_while_rows_are_written_and_finds_a_damage_meanwhile()
    {
        var line = await bed.LineAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writing = LineWriters.RunAsync(line, enough.Token);
        try
        {
            for (var round = 0; round < 3; round++)
            {
                var before = await line.ChangesAsync();
                await line.CleanAsync($"a line that is being written to, round {round}");
                (await line.ChangesAsync()).ShouldBeGreaterThan(before, "nothing was written while verify ran");
            }

            await line.Warehouse.RunAsync("UPDATE hospital.visits SET diagnosis = diagnosis || '?' WHERE visit_id = 12");
            (await line.VerifyAsync()).Checks.Single(check => check.Name.StartsWith("raw = current", StringComparison.Ordinal)).Findings
                .ShouldHaveSingleItem().ShouldContain("visits: 1 different (diagnosis in 1); keys such as 12");
            await line.Warehouse.RunAsync("UPDATE hospital.visits SET diagnosis = left(diagnosis, -1) WHERE visit_id = 12");
            await line.CleanAsync("mended, and still being written to");
        }
        finally
        {
            await enough.CancelAsync();
            await writing;
        }

        await line.CleanAsync("the writers have stopped");
    }

    [Fact]
    public async Task Finds_a_row_missing_in_current() => await BreakWarehouseAsync(
        "WITH gone AS (DELETE FROM hospital.visits WHERE visit_id = 11 RETURNING *) INSERT INTO kept_visits SELECT * FROM gone",
        "INSERT INTO hospital.visits SELECT * FROM kept_visits",
        ("raw = current", "visits: 1 of raw missing in current; keys such as 11"), ("current = marts", "doctor_performance"));

    [Fact]
    public async Task Finds_a_column_changed_in_current() => await BreakWarehouseAsync(
        "UPDATE hospital.visits SET total_cost = total_cost + 0.01 WHERE visit_id = 12",
        "UPDATE hospital.visits SET total_cost = total_cost - 0.01 WHERE visit_id = 12",
        ("raw = current", "visits: 1 different (total_cost in 1); keys such as 12"), ("current = marts", "patient_journey"));

    [Fact]
    public async Task Finds_a_live_row_marked_deleted_in_current() => await BreakWarehouseAsync(
        "UPDATE hospital.doctors SET _deleted = true WHERE doctor_id = 4",
        "UPDATE hospital.doctors SET _deleted = false WHERE doctor_id = 4",
        ("raw = current", "doctors: 1 different (_deleted in 1); keys such as 4"), ("current = marts", "doctor_performance"));

    [Fact]
    public async Task Finds_a_row_changed_in_raw() => await BreakWarehouseAsync(
        """UPDATE hospital_raw.visits SET after = replace(after, '"total_cost":"13.13"', '"total_cost":"31.31"') WHERE key = '{"visit_id":13}'""",
        """UPDATE hospital_raw.visits SET after = replace(after, '"total_cost":"31.31"', '"total_cost":"13.13"') WHERE key = '{"visit_id":13}'""",
        ("source = raw", "visits: 1 different (total_cost in 1); keys such as 13"), ("raw = current", "visits: 1 different (total_cost in 1); keys such as 13"));

    [Fact]
    public async Task Finds_a_raw_row_lost() => await BreakWarehouseAsync(
        """WITH gone AS (DELETE FROM hospital_raw.visits WHERE key = '{"visit_id":14}' RETURNING *) INSERT INTO kept_raw SELECT * FROM gone""",
        "INSERT INTO hospital_raw.visits SELECT * FROM kept_raw",
        ("source = raw", "visits: 1 of source missing in raw; keys such as 14"),
        ("raw = current", "visits: 1 in current that raw does not have; keys such as 14"),
        ("lake = raw", "records in the lake up to the loaded position"));

    [Fact]
    public async Task Finds_a_raw_row_doubled_at_another_place_and_the_table_refuses_it_at_its_own()
    {
        var line = await bed.LineAsync();
        (await Should.ThrowAsync<PostgresException>(() => line.Warehouse.RunAsync(Copied(0)))).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        await BreakWarehouseAsync(
            Copied(1_000_000_000),
            """DELETE FROM hospital_raw.visits WHERE "offset" >= 1000000000""",
            ("lake = raw", "records in the lake up to the loaded position"));

        static string Copied(long further) =>
            $$"""
            INSERT INTO hospital_raw.visits SELECT (copy).* FROM (
              SELECT jsonb_populate_record(v, jsonb_build_object('offset', v."offset" + {{further}})) AS copy FROM hospital_raw.visits v WHERE key = '{"visit_id":16}') AS copies
            """;
    }

    [Fact]
    public async Task Finds_an_inserted_row_that_was_never_captured() => await BreakHospitalAsync(
        "INSERT INTO medicines (medicine_id, name) VALUES (77, 'unseen')",
        "DELETE FROM medicines WHERE medicine_id = 77",
        "medicines: 1 of source missing in raw; keys such as 77");

    [Fact]
    public async Task Finds_an_updated_row_that_was_never_captured() => await BreakHospitalAsync(
        "UPDATE visits SET total_cost = total_cost + 1, doctor_id = NULL WHERE visit_id = 17",
        "UPDATE visits SET total_cost = total_cost - 1, doctor_id = 8 WHERE visit_id = 17",
        "visits: 1 different (doctor_id in 1, total_cost in 1); keys such as 17");

    [Fact]
    public async Task Finds_a_deleted_row_that_was_never_captured() => await BreakHospitalAsync(
        "DELETE FROM visits WHERE visit_id = 15",
        $"INSERT INTO visits (visit_id, patient_id, doctor_id, visit_date, diagnosis, total_cost) {VerifyBed.VisitRows(15, 15)}",
        "visits: 1 in raw that source does not have; keys such as 15");

    [Fact]
    public async Task Finds_a_lake_object_deleted() =>
        await BreakLakeAsync((path, _) => File.Delete(path), "was loaded and is missing");

    [Fact]
    public async Task Finds_a_lake_object_cut_short() =>
        await BreakLakeAsync((path, bytes) => TestFolder.Overwrite(path, bytes[..^3]), null);

    [Fact]
    public async Task Finds_a_lake_object_with_one_bit_altered() => await BreakLakeAsync(
        (path, bytes) =>
        {
            var altered = (byte[])bytes.Clone();
            altered[bytes.Length / 2] ^= 1;
            TestFolder.Overwrite(path, altered);
        },
        null);

    [Fact]
    public async Task Finds_a_mart_altered() => await BreakWarehouseAsync(
        "UPDATE hospital_marts.doctor_performance SET total_visits = total_visits + 1 WHERE doctor_id = 3",
        "UPDATE hospital_marts.doctor_performance SET total_visits = total_visits - 1 WHERE doctor_id = 3",
        ("current = marts", "doctor_performance: 1 rows missing, 1 rows that its SQL does not give"));

    [Fact]
    public async Task Finds_a_row_missing_in_a_mart() => await BreakWarehouseAsync(
        "WITH gone AS (DELETE FROM hospital_marts.doctor_performance WHERE doctor_id = 5 RETURNING *) INSERT INTO kept_mart SELECT * FROM gone",
        "INSERT INTO hospital_marts.doctor_performance SELECT * FROM kept_mart",
        ("current = marts", "doctor_performance: 1 rows missing, 0 rows that its SQL does not give"));

    [Fact]
    public async Task Does_not_call_a_line_clean_whose_source_it_could_not_compare()
    {
        var line = await bed.LineAsync();
        var report = await line.VerifyWithSlotAsync("no_such_slot");
        report.Checks.ShouldAllBe(check => check.IsClean);
        report.ExitCode.ShouldBe(3);
        string.Join('\n', report.Lines()).ShouldContain("the replication slot no_such_slot does not exist");
    }

    private async Task BreakWarehouseAsync(string damage, string mend, params (string Check, string Finding)[] expected)
    {
        var line = await bed.LineAsync();
        await line.Warehouse.RunAsync(damage);
        await FindsAsync(line, () => line.Warehouse.RunAsync(mend), expected);
    }

    // A change that the stream never carries: its table is out of the publication while it is made.
    private async Task BreakHospitalAsync(string damage, string mend, string finding)
    {
        var line = await bed.LineAsync();
        await UnseenAsync(line, damage);
        await FindsAsync(line, () => UnseenAsync(line, mend), ("source = raw", finding));
    }

    private async Task BreakLakeAsync(Action<string, byte[]> damage, string? finding)
    {
        var line = await bed.LineAsync();
        var path = Directory.GetFiles(line.LakeFolder, "*.json.gz", SearchOption.AllDirectories)
            .Where(file => file.Contains("public.visits", StringComparison.Ordinal)).MaxBy(file => new FileInfo(file).Length)!;
        var bytes = await File.ReadAllBytesAsync(path, Token);
        damage(path, bytes);
        var mended = () =>
        {
            TestFolder.Overwrite(path, bytes);
            return Task.CompletedTask;
        };
        await FindsAsync(line, mended, ("lake = raw", finding ?? Path.GetFileName(path)));
    }

    private static async Task UnseenAsync(VerifyLine line, string change) => await line.Hospital.RunAsync(
        $"BEGIN; ALTER PUBLICATION hospital_publication DROP TABLE medicines, visits; {change}; ALTER PUBLICATION hospital_publication ADD TABLE medicines, visits; COMMIT");

    /// <summary>Verify finds what is expected, in those checks only; mended, nothing.</summary>
    private static async Task FindsAsync(VerifyLine line, Func<Task> mend, params (string Check, string Finding)[] expected)
    {
        VerifyReport report;
        try
        {
            report = await line.VerifyAsync();
        }
        finally
        {
            await mend();
        }

        var all = string.Join('\n', report.Lines());
        report.ExitCode.ShouldBe(1, all);
        foreach (var check in report.Checks)
        {
            var wanted = expected.Where(item => check.Name.StartsWith(item.Check, StringComparison.Ordinal)).ToList();
            check.IsClean.ShouldBe(wanted.Count == 0, all);
            wanted.ForEach(item => string.Join('\n', check.Findings).ShouldContain(item.Finding, Case.Sensitive, all));
        }

        await line.CleanAsync("mended");
    }
}
