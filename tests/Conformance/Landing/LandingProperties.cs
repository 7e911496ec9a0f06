using FsCheck.Fluent;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Kafka.Consuming;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Landing;

public sealed class LandingProperties(HospitalServer server)
{
    private const int Histories = 25;

    /// <summary>
    /// Partitions are read in any interleaving, cut into any batches, read again from earlier offsets and by new landers: the tables end as the history
    /// does, and nothing keeps waiting.
    /// </summary>
    [Fact]
    public async Task Any_interleaving_redelivery_and_restart_ends_in_the_same_tables()
    {
        await using var bed = await LandingBed.NewAsync(server);
        var seeds = Gen.Choose(0, int.MaxValue - 1).Sample(Histories);
        foreach (var seed in seeds)
        {
            await CheckAsync(bed, seed);
        }
    }

    private static async Task CheckAsync(LandingBed bed, int seed)
    {
        var random = new Random(seed);
        await bed.RunAsync($"TRUNCATE {string.Join(", ", HospitalSchema.EventTables.Select(table => table.Name))}, landing.pending, landing.offsets");
        bed.ForgetLogs();
        await bed.RestartAsync();
        var history = new RandomHistory(random).Live(120);
        var logs = history.Events.Select(bed.Append).GroupBy(record => (record.Position.Topic, record.Position.Partition)).Select(log => log.ToList()).ToList();
        var read = new int[logs.Count];
        while (logs.Where((log, i) => read[i] < log.Count).Any())
        {
            List<LogRecord> batch = [];
            var size = random.Next(1, 25);
            while (batch.Count < size && logs.Select((log, i) => (log, i)).Where(entry => read[entry.i] < entry.log.Count).ToList() is { Count: > 0 } open)
            {
                var (log, at) = open[random.Next(open.Count)];
                foreach (var record in log.Skip(read[at]).Take(random.Next(1, 6)))
                {
                    batch.Add(record);
                    read[at]++;
                }
            }

            await bed.Lander.LandAsync(batch, LandingBed.Token);
            if (random.Next(4) == 0)
            {
                await bed.RestartAsync();
                var log = random.Next(logs.Count);
                read[log] = random.Next(read[log] + 1);
            }
        }

        // Events whose parent was gone before they were read wait in vain; what stands behind them lands when they are given up.
        bed.Clock.Advance(TimeSpan.FromHours(1));
        await bed.Lander.LandAsync([], LandingBed.Token);
        foreach (var table in HospitalSchema.EventTables)
        {
            var text = table.Columns.First(column => column.Kind == ColumnKind.Text).Name;
            var expected = history.Rows.Where(row => row.Key.Table == table.Name).OrderBy(row => row.Key.Key).Select(row => $"{row.Key.Key} {row.Value[text]}").ToList();
            (await bed.ListAsync($"SELECT {table.KeyColumn} || ' ' || {text} FROM {table.Name} ORDER BY {table.KeyColumn}")).ShouldBe(expected, $"seed {seed}, {table.Name}");
        }

        bed.Lander.Waiting.ShouldBe(0, $"seed {seed}");
        bed.Letters.ShouldAllBe(letter => letter.Reason == "parent_missing");
        bed.Letters.Clear();
    }
}
