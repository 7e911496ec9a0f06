using System.Collections.Concurrent;
using System.Globalization;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>Native capture names the source's transactions, so no reader of the warehouse sees half of one.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class WholeTransactionTests(WarehouseServers servers)
{
    private const int Rows = 60;
    private const int States = 5;

    /// <summary>One statement: one snapshot of the warehouse.</summary>
    private const string Sums =
        """
        SELECT (SELECT sum(total_cost) FROM hospital.visits WHERE NOT _deleted) || ' ' || (SELECT sum(total_amount) FROM hospital.billing_payments WHERE NOT _deleted)
            || ' ' || (SELECT sum(price) FROM hospital.medicines WHERE NOT _deleted)
        """;

    [Fact]
    public async Task A_transfer_over_three_tables_is_never_seen_half_while_many_are_written_and_the_stream_is_cut()
    {
        await using var line = await VerifyLine.StartAsync(servers, "whole");
        await FillAsync(line);
        var seen = new ConcurrentDictionary<string, bool>();
        using var enough = new CancellationTokenSource();
        var reading = ReadAsync(line, seen, enough.Token);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(writer => WriteAsync(line, writer, seen)));
        await line.SettleAsync();
        await enough.CancelAsync();
        await reading;

        seen.Count.ShouldBeGreaterThan(States, "too few states were seen: this test tests nothing");
        seen.Keys.ShouldAllBe(sums => sums.Split(' ').Sum(sum => decimal.Parse(sum, CultureInfo.InvariantCulture)) == 3 * Rows * 100m);
        var report = await line.VerifyAsync();
        report.ExitCode.ShouldBe(0, string.Join('\n', report.Lines()));
        report.Reads.ShouldBe(new TransactionReads(true, null, null, 0));
    }

    private static async Task FillAsync(VerifyLine line)
    {
        foreach (var table in new[] { "medicines", "visits", "billing_payments" })
        {
            await line.Hospital.RunAsync($"ALTER TABLE {table} ALTER hospital_id SET DEFAULT 'h1', ALTER updated_at SET DEFAULT '2026-01-01Z'");
        }

        await line.Hospital.RunAsync(
            $"""
            INSERT INTO visits (visit_id, total_cost) SELECT i, 100 FROM generate_series(1, {Rows}) i;
            INSERT INTO billing_payments (billing_id, total_amount) SELECT i, 100 FROM generate_series(1, {Rows}) i;
            INSERT INTO medicines (medicine_id, price) SELECT i, 100 FROM generate_series(1, {Rows}) i;
            """);
        await line.SettleAsync();
    }

    // Money goes from a visit to a bill and a medicine; now and then into a visit of its own, which takes its number after it was made.
    private static async Task WriteAsync(VerifyLine line, int writer, ConcurrentDictionary<string, bool> seen)
    {
        var random = new Random(writer);
        for (var i = 0; i < 200 || (i < 10_000 && seen.Count <= States); i++)
        {
            var (visit, bill, medicine, added) = (1 + random.Next(Rows), 1 + random.Next(Rows), 1 + random.Next(Rows), 1_000 + (writer * 100_000) + i);
            await line.Hospital.RunAsync((i % 10) switch
            {
                3 => $"INSERT INTO visits (visit_id, total_cost) VALUES ({added}, 7); UPDATE medicines SET price = price - 7 WHERE medicine_id = {medicine}",
                4 => $"UPDATE visits SET visit_id = {added - 1} + 1000000, total_cost = 6 WHERE visit_id = {added - 1}; UPDATE billing_payments SET total_amount = total_amount + 1 WHERE billing_id = {bill}",
                5 => $"DELETE FROM visits WHERE visit_id = {added - 2} + 1000000; UPDATE billing_payments SET total_amount = total_amount + 6 WHERE billing_id = {bill}",
                _ => $"""
                    UPDATE visits SET total_cost = total_cost - 3 WHERE visit_id = {visit};
                    UPDATE billing_payments SET total_amount = total_amount + 1 WHERE billing_id = {bill};
                    UPDATE medicines SET price = price + 2 WHERE medicine_id = {medicine}
                    """,
            });
            if (writer == 0 && i % 40 == 39)
            {
                // The stream ends as it would with the server: what was not confirmed comes again, transactions cut in their midst among it.
                await line.Hospital.RunAsync($"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{line.Slot}' AND active");
            }
        }
    }

    private static async Task ReadAsync(VerifyLine line, ConcurrentDictionary<string, bool> seen, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            seen[await line.Warehouse.TextAsync(Sums)] = true;
        }
    }
}
