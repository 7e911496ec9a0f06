namespace HospitalStreaming.Core.Domain;

/// <summary>Names of the fields every event carries beside its table's columns, and their fixed values.</summary>
public static class EventFields
{
    /// <summary>Deterministic id: hospital, dash, sequence of 12 digits.</summary>
    public const string EventId = "event_id";

    /// <summary>Hospital that sent the event.</summary>
    public const string HospitalId = "hospital_id";

    /// <summary>When it happened: ISO 8601, UTC, to the microsecond.</summary>
    public const string EventTime = "event_time";

    /// <summary>Version of the event's shape.</summary>
    public const string SchemaVersion = "schema_version";

    /// <summary>Whether the row is written or removed: <see cref="Upsert"/> or <see cref="Deleted"/>.</summary>
    public const string EventType = "event_type";

    /// <summary>The event carries the whole row.</summary>
    public const string Upsert = "upsert";

    /// <summary>The row is gone; only its key is needed.</summary>
    public const string Deleted = "deleted";

    /// <summary>The only version so far.</summary>
    public const int CurrentSchemaVersion = 1;
}
