namespace HospitalStreaming.Core.Changes;

/// <summary>Microseconds since 1970 and instants of .NET.</summary>
internal static class Instants
{
    /// <summary>The instant, or null where it lies outside the years 1 to 9999.</summary>
    public static DateTimeOffset? FromUnixMicroseconds(Int128 micros)
    {
        var ticks = (micros * TimeSpan.TicksPerMicrosecond) + DateTimeOffset.UnixEpoch.Ticks;
        return ticks >= DateTimeOffset.MinValue.Ticks && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset((long)ticks, TimeSpan.Zero)
            : null;
    }
}
