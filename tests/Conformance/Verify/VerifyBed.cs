using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>One filled line for all tests of the class, started when the first asks. Each test mends what it damages.</summary>
public sealed class VerifyBed(WarehouseServers servers) : IAsyncLifetime
{
    /// <summary>Rows of visits before any test; tests damage those below 1,000, the writer changes those from there.</summary>
    internal const int Visits = 2_000;

    private VerifyLine? _line;

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => default;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _line?.DisposeAsync() ?? default;

    /// <summary>SELECT of the visits from one to another as they are filled in; every second has a diagnosis long enough to lie out of line.</summary>
    internal static string VisitRows(int first, int last) =>
        $"""
        SELECT i, 1 + i % 50, 1 + i % 10, '2026-01-01Z'::timestamptz + i * interval '1.000001 minute', repeat('Flu ', 1 + i % 1000), (i || '.' || lpad((i % 100)::text, 2, '0'))::numeric
        FROM generate_series({first}, {last}) i
        """;

    internal async Task<VerifyLine> LineAsync()
    {
        if (_line is null)
        {
            var line = await VerifyLine.StartAsync(servers, "verify");
            _line = line;
            await FillAsync(line);
            await line.BuildMartsAsync();
        }

        return _line;
    }

    private static async Task FillAsync(VerifyLine line)
    {
        foreach (var table in new[] { "doctors", "patients", "medicines", "visits" })
        {
            await line.Hospital.RunAsync($"ALTER TABLE {table} ALTER hospital_id SET DEFAULT 'h1', ALTER updated_at SET DEFAULT '2026-01-01Z'");
        }

        // Long texts out of line, so that updates leave them out of the log.
        await line.Hospital.RunAsync("ALTER TABLE visits ALTER diagnosis TYPE text, ALTER diagnosis SET STORAGE EXTERNAL");
        await line.Hospital.RunAsync(
            $"""
            INSERT INTO doctors (doctor_id, name) SELECT i, 'Dr ' || i FROM generate_series(1, 10) i;
            INSERT INTO patients (patient_id, full_name, date_of_birth) SELECT i, 'P ' || i, '1990-01-01'::date + i FROM generate_series(1, 50) i;
            INSERT INTO visits (visit_id, patient_id, doctor_id, visit_date, diagnosis, total_cost) {VisitRows(1, Visits)};
            """);
        await line.CleanAsync("a filled line at rest");
        await line.Warehouse.RunAsync(
            """
            CREATE TABLE kept_visits AS SELECT * FROM hospital.visits LIMIT 0;
            CREATE TABLE kept_raw AS SELECT * FROM hospital_raw.visits LIMIT 0;
            CREATE TABLE kept_mart AS SELECT * FROM hospital_marts.doctor_performance LIMIT 0
            """);
    }
}
