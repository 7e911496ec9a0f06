namespace HospitalStreaming.Producer;

/// <summary>How far the simulated hospital has come in this process; what `hospital up` shows while the history fills.</summary>
public sealed class ProducerProgress
{
    private long _sequence = -1;
    private double _history;

    /// <summary>Number of the last event handed to the broker's client; -1 before the first.</summary>
    public long Sequence => Interlocked.Read(ref _sequence);

    /// <summary>Share of the history's time that has passed, 0 to 1.</summary>
    public double History => Volatile.Read(ref _history);

    internal void Report(long sequence, double history)
    {
        Interlocked.Exchange(ref _sequence, sequence);
        Volatile.Write(ref _history, history);
    }
}
