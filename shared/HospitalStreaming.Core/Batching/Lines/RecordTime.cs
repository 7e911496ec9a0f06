namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>A record's timestamp as a moment. A producer may write any number; what lies outside the years 1 to 9999 counts as their nearer end.</summary>
public static class RecordTime
{
    /// <summary>Milliseconds since 1970 of the first moment of year 1.</summary>
    public const long FirstMs = -62_135_596_800_000;

    /// <summary>Milliseconds since 1970 of the last moment of year 9999.</summary>
    public const long LastMs = 253_402_300_799_999;

    /// <summary>The moment.</summary>
    /// <param name="timestampMs">Milliseconds since 1970 UTC.</param>
    public static DateTimeOffset Of(long timestampMs) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(timestampMs, FirstMs, LastMs));
}
