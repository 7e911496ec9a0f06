namespace HospitalStreaming.Core.Batching;

/// <summary>When an open object is cut. Any cut is right (the chain's promise does not depend on it); these keep objects small and fresh.</summary>
/// <param name="MaxBytes">Lines before compression, bytes. A single longer record makes an object of its own.</param>
/// <param name="MaxRows">Lines.</param>
/// <param name="MaxAge">Since the object's first record was taken.</param>
/// <param name="IdleAfter">Since its last record was taken; zero turns it off.</param>
public sealed record BatchPolicy(long MaxBytes, int MaxRows, TimeSpan MaxAge, TimeSpan IdleAfter)
{
    /// <summary>Whether the object must end before a line joins it.</summary>
    public bool CutBefore(int rows, long bytes, int lineBytes, bool schemaChanged) => rows > 0 && (schemaChanged || bytes + lineBytes > MaxBytes);

    /// <summary>Whether the object is full.</summary>
    public bool CutAfter(int rows, long bytes) => rows >= MaxRows || bytes >= MaxBytes;

    /// <summary>How long the object may stay open if nothing more comes; zero or less means now.</summary>
    /// <param name="age">Since its first record.</param>
    /// <param name="idle">Since its last record.</param>
    public TimeSpan Remaining(TimeSpan age, TimeSpan idle)
    {
        var byAge = MaxAge - age;
        var byIdle = IdleAfter - idle;
        return IdleAfter > TimeSpan.Zero && byIdle < byAge ? byIdle : byAge;
    }
}
