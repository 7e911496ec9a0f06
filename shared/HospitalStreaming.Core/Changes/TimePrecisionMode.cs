namespace HospitalStreaming.Core.Changes;

/// <summary>Debezium's time.precision.mode.</summary>
public enum TimePrecisionMode
{
    /// <summary>adaptive (Debezium's default and the line's own): dates as days, timestamps without zone as micro- or milliseconds by their precision.</summary>
    Adaptive,

    /// <summary>adaptive_time_microseconds: as adaptive, but time of day always in microseconds.</summary>
    AdaptiveTimeMicroseconds,

    /// <summary>connect: dates as days, times and timestamps without zone as milliseconds.</summary>
    Connect,

    /// <summary>isostring: everything as ISO 8601 text in UTC.</summary>
    IsoString,
}
