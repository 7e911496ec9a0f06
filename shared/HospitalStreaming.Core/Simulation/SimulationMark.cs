using System.Globalization;
using System.Text.RegularExpressions;

namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// What every record of a simulated stream says of its origin in header <see cref="HeaderName"/>, so that the stream can be continued from the
/// topics alone: "hospital=h1;seed=3;start=2025-01-01;history=20000;partitions=3;from=12345@61".
/// </summary>
/// <param name="Settings">What fixes the stream.</param>
/// <param name="Partitions">Partitions of the record's topic when it was written: they decide where a key goes.</param>
/// <param name="ResumeFrom">Where to enter the stream again.</param>
public sealed partial record SimulationMark(SimulationSettings Settings, int Partitions, SimulationCheckpoint ResumeFrom)
{
    /// <summary>Name of the record header.</summary>
    public const string HeaderName = "simulation";

    /// <summary>Reads a mark; null where the text is none.</summary>
    public static SimulationMark? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success
            || !ulong.TryParse(match.Groups["seed"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            || !DateOnly.TryParseExact(match.Groups["start"].ValueSpan, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start)
            || !int.TryParse(match.Groups["history"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var history)
            || !int.TryParse(match.Groups["partitions"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var partitions)
            || !long.TryParse(match.Groups["sequence"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            || !long.TryParse(match.Groups["hour"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var hour))
        {
            return null;
        }

        return new(new(match.Groups["hospital"].Value, seed, start, history), partitions, new(sequence, hour));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"hospital={Settings.HospitalId};seed={Settings.Seed};start={Settings.StartDate:yyyy-MM-dd};history={Settings.HistoryVisits};partitions={Partitions};from={ResumeFrom.Sequence}@{ResumeFrom.Hour}");

    [GeneratedRegex("^hospital=(?<hospital>[^;]{1,50});seed=(?<seed>[0-9]+);start=(?<start>[0-9-]{10});history=(?<history>[0-9]+);partitions=(?<partitions>[0-9]+);from=(?<sequence>[0-9]+)@(?<hour>[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
