using System.Globalization;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>What a series of runs came to, some of them side by side.</summary>
internal sealed class KillTotals
{
    private readonly Lock _one = new();

    public int Runs { get; private set; }

    /// <summary>Processes killed, or stopped and woken.</summary>
    public int Kills { get; private set; }

    public long Records { get; private set; }

    public long Lost { get; private set; }

    public long Doubled { get; private set; }

    /// <summary>Starts at which the chain was ahead of the committed offsets.</summary>
    public int Ahead { get; private set; }

    /// <summary>Adds a run.</summary>
    public void Add(int kills, int ahead, long records, long lost, long doubled)
    {
        lock (_one)
        {
            (Runs, Kills, Ahead) = (Runs + 1, Kills + kills, Ahead + ahead);
            (Records, Lost, Doubled) = (Records + records, Lost + lost, Doubled + doubled);
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Runs} runs, {Kills} kills, {Records:N0} records, {Lost} lost, {Doubled} doubled; {Ahead} restarts found the chain ahead of the committed offsets");
}
