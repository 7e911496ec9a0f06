using System.Collections.Concurrent;
using System.Diagnostics;
using HospitalStreaming.Core.Domain;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>
/// A hospital's database that is written to at a steady rate. A transaction changes ten rows: nine visits, picked at random, are updated, and one bill is
/// inserted, whose key no other transaction has: where it can be read, so can all that was committed with it.
/// </summary>
internal sealed class HospitalWriter(NpgsqlDataSource source, int changesPerSecond)
{
    private const int Visits = 50_000;
    private const int VisitsInTransaction = 9;
    private const int Writers = 4;

    private readonly ConcurrentDictionary<long, long> _committing = new();
    private long _bills;

    /// <summary>Bills whose transaction was sent and that nobody has taken yet, with the time just before it was sent.</summary>
    internal ConcurrentDictionary<long, long> Committing => _committing;

    internal async Task PrepareAsync()
    {
        foreach (var (_, sql) in HospitalSchema.CapturedTables.SelectMany(PostgresDdl.Steps))
        {
            await RunAsync(sql);
        }

        await RunAsync(
            $"""
            INSERT INTO doctors (doctor_id, hospital_id, updated_at) SELECT i, 'general-1', now() FROM generate_series(0, 199) i;
            INSERT INTO patients (patient_id, hospital_id, updated_at) SELECT i, 'general-1', now() FROM generate_series(0, 4999) i;
            INSERT INTO visits (visit_id, patient_id, doctor_id, visit_date, diagnosis, total_cost, hospital_id, updated_at)
            SELECT i, i % 5000, i % 200, now(), 'J06.9 ' || repeat('n', 100), 125.50, 'general-1', now() FROM generate_series(0, {Visits - 1}) i;
            CREATE PUBLICATION hospital_publication FOR TABLE {string.Join(", ", HospitalSchema.CapturedTables.Select(table => "public." + table.Name))};
            """);
    }

    /// <summary>Writes for a time; returns the changes committed a second.</summary>
    internal async Task<double> WriteAsync(TimeSpan duration)
    {
        var began = Stopwatch.GetTimestamp();
        var pause = TimeSpan.FromSeconds((double)Writers * (VisitsInTransaction + 1) / changesPerSecond);
        var changes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(began, pause * writer / Writers, pause, duration)));
        return changes.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task<long> WriteAsync(long began, TimeSpan first, TimeSpan pause, TimeSpan duration)
    {
        await using var connection = await source.OpenConnectionAsync();
        var random = new Random((int)first.Ticks);
        long changes = 0;
        for (var due = first; due < duration; due += pause)
        {
            var left = due - Stopwatch.GetElapsedTime(began);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left);
            }

            var bill = Interlocked.Increment(ref _bills);
            var visits = Enumerable.Range(0, VisitsInTransaction).Select(_ => random.NextInt64(Visits)).Distinct().Order().ToArray();
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(new("INSERT INTO billing_payments (billing_id, patient_id, visit_id, billing_date, total_amount, payment_status, hospital_id, updated_at) VALUES ($1, 1, 1, now(), 12.50, 'Pending', 'general-1', now())")
            {
                Parameters = { new() { Value = bill } },
            });
            batch.BatchCommands.Add(new("UPDATE visits SET total_cost = (total_cost + 1) % 1000, updated_at = now() WHERE visit_id = ANY($1)")
            {
                Parameters = { new() { Value = visits, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint } },
            });
            _committing[bill] = Stopwatch.GetTimestamp();
            changes += await batch.ExecuteNonQueryAsync();
        }

        return changes;
    }

    private async Task RunAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
