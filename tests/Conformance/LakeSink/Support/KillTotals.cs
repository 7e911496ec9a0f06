using System.Globalization;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>What a series of runs came to.</summary>
internal sealed class KillTotals
{
    public int Runs { get; set; }

    /// <summary>Processes killed, or stopped and woken.</summary>
    public int Kills { get; set; }

    public long Records { get; set; }

    public long Lost { get; set; }

    public long Doubled { get; set; }

    /// <summary>Starts at which the chain was ahead of the committed offsets.</summary>
    public int Ahead { get; set; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Runs} runs, {Kills} kills, {Records:N0} records, {Lost} lost, {Doubled} doubled; {Ahead} restarts found the chain ahead of the committed offsets");
}
