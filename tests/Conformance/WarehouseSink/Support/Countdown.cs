namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>Tells one occurrence of several, once, whoever asks.</summary>
internal sealed class Countdown(int skip)
{
    private int _left = skip;
    private int _passed;

    /// <summary>Whether this occurrence is the one.</summary>
    public bool IsNow() => Interlocked.Decrement(ref _left) == -1;

    /// <summary>Whether this comes right after the one that was noted by <see cref="IsNow"/>; once.</summary>
    public bool IsPast() => Volatile.Read(ref _left) < 0 && Interlocked.Exchange(ref _passed, 1) == 0;
}
