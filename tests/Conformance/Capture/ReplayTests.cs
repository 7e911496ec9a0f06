using System.Text;
using HospitalStreaming.Tests.Support.Recorded;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>The random workload of vectors/replay-1 (key changes, delete and re-insert, TOAST, roll-backs, a column added), crashes included.</summary>
[Collection(CaptureCollection.Name)]
public sealed class ReplayTests(CaptureLab lab)
{
    private static readonly (string Table, string Key)[] Tables =
    [
        ("doctors", "doctor_id"), ("patients", "patient_id"), ("medicines", "medicine_id"), ("visits", "visit_id"),
        ("billing_payments", "billing_id"), ("prescriptions", "prescription_id"),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Our_messages_applied_give_the_final_tables(int crashes)
    {
        await using var database = await lab.DatabaseAsync("replay");
        await database.ExecuteAsync(Script("schema.sql"), Script("before.sql"));
        await database.ExecuteAsync(
            "INSERT INTO doctors SELECT i, 'Dr ' || i FROM generate_series(1, 8) i ON CONFLICT DO NOTHING",
            "INSERT INTO medicines SELECT i, 'M ' || i FROM generate_series(1, 5) i ON CONFLICT DO NOTHING");
        await database.PublishAsync([.. Tables.Select(table => table.Table)]);
        var capture = await database.Capture().StreamingAsync();
        var lines = Script("workload.sql").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < lines.Length; i++)
        {
            await TryAsync(database, lines[i]);
            if (crashes > 0 && i % (lines.Length / (crashes + 1)) == lines.Length / (crashes + 1) - 1 && i < lines.Length - 1)
            {
                await capture.CrashAsync();
                capture = await database.Capture().StreamingAsync();
            }
        }

        await database.CaughtUpAsync(capture);
        await capture.StopAsync();
        var applied = AppliedTables.Of(ChangeLog.Read(database));
        foreach (var (table, key) in Tables)
        {
            var rows = applied.Rows(table);
            if (table == "patients")
            {
                // ALTER TABLE … DEFAULT changes rows without an event: their missing column is the default.
                foreach (var row in rows.Values)
                {
                    row.TryAdd("allergies", "\"unknown\"");
                }
            }

            SourceTables.Lines(rows).ShouldBe(SourceTables.Lines(await SourceTables.RowsAsync(database, table, key)), table);
            if (table is not ("doctors" or "medicines"))
            {
                (await CsvAsync(database, table)).ShouldBe(Script($"final.{table}.csv"), $"the workload ended elsewhere than recorded: {table}");
            }
        }
    }

    private static async Task TryAsync(CapturedDatabase database, string line)
    {
        try
        {
            await database.ExecuteAsync(line);
        }
        catch (PostgresException)
        {
            // Some transactions of the workload fail, and are then rolled back.
        }
    }

    private static async Task<string> CsvAsync(CapturedDatabase database, string table)
    {
        await using var connection = await database.OpenAsync();
        using var reader = await connection.BeginTextExportAsync(
            $"COPY (SELECT * FROM {table} ORDER BY 1) TO STDOUT (FORMAT csv, HEADER, NULL '\\N')", TestContext.Current.CancellationToken);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static string Script(string name) => File.ReadAllText(Path.Combine(VectorFolder.Path, "replay-1", name), Encoding.UTF8);
}
