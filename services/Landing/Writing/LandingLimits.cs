namespace HospitalStreaming.Landing.Writing;

/// <summary>What may wait, and how long.</summary>
/// <param name="MaxWait">How long an event may wait.</param>
/// <param name="MaxWaiting">Most waiting events.</param>
/// <param name="MaxWaitingBytes">Most bytes of waiting events.</param>
/// <param name="MaxEventBytes">Largest event taken, bytes.</param>
internal sealed record LandingLimits(TimeSpan MaxWait, int MaxWaiting, long MaxWaitingBytes, int MaxEventBytes)
{
    /// <summary>From checked options.</summary>
    public static LandingLimits From(LandingOptions options) => new(options.MaxWait, options.MaxWaiting, options.MaxWaitingBytes, options.MaxEventBytes);
}
