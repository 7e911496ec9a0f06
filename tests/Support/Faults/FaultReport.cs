using System.Globalization;
using System.Text;

namespace HospitalStreaming.Tests.Support.Faults;

/// <summary>
/// What seeded fault runs really did, a line each, in the file that HOSPITAL_FAULT_REPORT names; `./hospital test --soak` adds them up. A run in which
/// nothing was killed and no fault fired proves nothing, and fails.
/// </summary>
internal static class FaultReport
{
    private static readonly Lock One = new();

    /// <summary>HOSPITAL_SOAK: how many times as much as in CI; 20 in a soak.</summary>
    public static int Times { get; } = int.TryParse(Environment.GetEnvironmentVariable("HOSPITAL_SOAK"), CultureInfo.InvariantCulture, out var times) ? times : 1;

    /// <summary>Adds a run.</summary>
    /// <param name="name">What kind of run; no spaces.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="kills">Processes or actors that were ended, or stopped and woken.</param>
    /// <param name="faults">Faults that fired beside them.</param>
    /// <param name="records">Records that had to arrive.</param>
    /// <param name="lost">Those that did not.</param>
    /// <param name="doubled">Those that did more than once.</param>
    public static void Add(string name, int seed, long kills, long faults, long records, long lost, long doubled)
    {
        if (kills + faults == 0)
        {
            throw new InvalidOperationException($"{name}, seed {seed}: no fault fired");
        }

        if (Environment.GetEnvironmentVariable("HOSPITAL_FAULT_REPORT") is { Length: > 0 } file)
        {
            lock (One)
            {
                File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{name}\t{seed}\t{kills}\t{faults}\t{records}\t{lost}\t{doubled}\n"), Encoding.ASCII);
            }
        }
    }
}
