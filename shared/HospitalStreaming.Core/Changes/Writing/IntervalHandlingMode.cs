namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Debezium's interval.handling.mode.</summary>
public enum IntervalHandlingMode
{
    /// <summary>Microseconds, a month as 365.25 / 12 days.</summary>
    Numeric,

    /// <summary>ISO 8601 text, exact.</summary>
    String,
}
