namespace HospitalStreaming.Landing;

/// <summary>What is wrong with Landing now; read by its health on every turn of the consumer.</summary>
internal sealed class LandingTrouble
{
    private volatile string? _what;

    /// <summary>In plain words without row values; null when the last batch landed.</summary>
    public string? What => _what;

    /// <summary>Something failed and is tried again. True if nothing was wrong before.</summary>
    public bool Set(string what) => Interlocked.Exchange(ref _what, what) is null;

    /// <summary>A batch landed.</summary>
    /// <param name="stillWrong">What is wrong even so, or null.</param>
    public void Clear(string? stillWrong) => _what = stillWrong;
}
