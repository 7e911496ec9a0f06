namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>A clock on which time passes between any two looks at it, as on a machine with too much to do; its timers are the system's.</summary>
/// <param name="seed">Seed of the jumps.</param>
/// <param name="longest">Longest jump.</param>
internal sealed class JumpingClock(int seed, TimeSpan longest) : TimeProvider
{
    private readonly Random _random = new(seed);
    private readonly Lock _one = new();
    private long _jumped;

    public override long GetTimestamp()
    {
        lock (_one)
        {
            _jumped += _random.NextInt64(longest.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);
            return base.GetTimestamp() + _jumped;
        }
    }
}
