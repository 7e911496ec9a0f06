using Npgsql;

namespace HospitalStreaming.Landing.Canary;

/// <summary>
/// Beats the canary row once a second in transactions of its own. The database's clock is read just before the commit, so the time from there to
/// the chart is the line's, whatever the events do. A beat that fails is left out: it times the line, it is no data.
/// </summary>
internal sealed class CanaryBeat(NpgsqlDataSource database, TimeSpan interval, TimeProvider clock)
{
    private const string Beat = """
        INSERT INTO public.line_canary AS c (canary_id, beat, beat_at) VALUES (1, 1, clock_timestamp())
        ON CONFLICT (canary_id) DO UPDATE SET beat = c.beat + 1, beat_at = clock_timestamp()
        """;

    /// <summary>Beats until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await using var command = database.CreateCommand(Beat);
                await command.ExecuteNonQueryAsync(stopping);
            }
            catch (NpgsqlException)
            {
                // The role itself shows a database that fails.
            }
        }
    }
}
