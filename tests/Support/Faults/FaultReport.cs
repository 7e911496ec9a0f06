using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace HospitalStreaming.Tests.Support.Faults;

/// <summary>
/// Runs the seeds of a kind and notes what each run really did, in the file that HOSPITAL_FAULT_REPORT names; `./hospital test --soak` adds them up.
/// A run in which nothing was killed and no fault fired proves nothing, and fails. Lines: plan KIND SEEDS; run KIND SEED RUNS KILLS FAULTS RECORDS
/// LOST DOUBLED; time KIND SEED SECONDS.
/// </summary>
internal static class FaultReport
{
    private static readonly Lock One = new();

    /// <summary>HOSPITAL_SOAK: times as many seeds as a soak has; not set outside of a soak.</summary>
    private static readonly int? Soak = int.TryParse(Environment.GetEnvironmentVariable("HOSPITAL_SOAK"), CultureInfo.InvariantCulture, out var times) ? times : null;

    // What is planned is there before anything runs, so that a kind that never began is missed.
    static FaultReport()
    {
        foreach (var kind in FaultKinds.All.Keys)
        {
            Write($"plan\t{kind}\t{Count(kind)}");
        }
    }

    /// <summary>Number of a kind's seeds.</summary>
    public static int Count(string kind) => Soak is { } times ? FaultKinds.All[kind].Soak * times : FaultKinds.All[kind].Ci;

    /// <summary>Runs every seed of a kind, some at once; seeds that fail keep no other from running.</summary>
    /// <param name="kind">One of <see cref="FaultKinds"/>.</param>
    /// <param name="atOnce">Runs side by side: more than one where they wait for others rather than compute.</param>
    /// <param name="run">A run; it calls <see cref="Add"/>.</param>
    /// <exception cref="AggregateException">Seeds failed.</exception>
    public static async Task RunAsync(string kind, int atOnce, Func<int, Task> run)
    {
        var failures = new ConcurrentQueue<Exception>();
        await Parallel.ForEachAsync(Enumerable.Range(1, Count(kind)), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (seed, _) =>
        {
            var watch = Stopwatch.StartNew();
            try
            {
                await run(seed);
            }
            catch (Exception failure)
            {
                failures.Enqueue(new InvalidOperationException($"{kind}, seed {seed}: {failure.Message}", failure));
            }

            Write(string.Create(CultureInfo.InvariantCulture, $"time\t{kind}\t{seed}\t{watch.Elapsed.TotalSeconds:0.00}"));
        });
        if (!failures.IsEmpty)
        {
            throw new AggregateException(failures);
        }
    }

    /// <summary>Adds a run, or several that are added up.</summary>
    /// <param name="kind">One of <see cref="FaultKinds"/>.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="kills">Processes or actors that were ended, or stopped and woken.</param>
    /// <param name="faults">Faults that fired beside them.</param>
    /// <param name="records">Records that had to arrive.</param>
    /// <param name="lost">Those that did not.</param>
    /// <param name="doubled">Those that did more than once.</param>
    /// <param name="runs">How many runs these are.</param>
    public static void Add(string kind, int seed, long kills, long faults, long records, long lost, long doubled, int runs = 1)
    {
        if (kills + faults == 0)
        {
            throw new InvalidOperationException($"{kind}, seed {seed}: no fault fired");
        }

        Write(string.Create(CultureInfo.InvariantCulture, $"run\t{kind}\t{seed}\t{runs}\t{kills}\t{faults}\t{records}\t{lost}\t{doubled}"));
    }

    private static void Write(string line)
    {
        if (Environment.GetEnvironmentVariable("HOSPITAL_FAULT_REPORT") is { Length: > 0 } file)
        {
            lock (One)
            {
                File.AppendAllText(file, line + "\n", Encoding.ASCII);
            }
        }
    }
}
