namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>Several writers at once, some of their transactions long, some rolled back, over keys that no damage touches.</summary>
internal static class LineWriters
{
    public static Task RunAsync(VerifyLine line, CancellationToken enough) => Task.WhenAll(Enumerable.Range(0, 3).Select(async writer =>
    {
        var random = new Random(writer);
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var id = 10_000 + (writer * 100_000) + i;
            var old = 1_000 + random.Next(300) + (writer * 300);
            await line.Hospital.RunAsync(
                $"""
                BEGIN;
                INSERT INTO visits (visit_id, patient_id, doctor_id, visit_date, diagnosis, total_cost) VALUES ({id}, 1, 1, now(), 'new', 1.50);
                UPDATE visits SET total_cost = total_cost + 0.01 WHERE visit_id = {old};
                SELECT pg_sleep({(i % 5 == 0 ? "0.2" : "0.002")});
                DELETE FROM visits WHERE visit_id = {id - 7} AND {id} % 3 = 0;
                {(i % 4 == 0 ? "ROLLBACK" : "COMMIT")};
                """);
        }
    }));
}
