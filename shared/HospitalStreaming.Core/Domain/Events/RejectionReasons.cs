namespace HospitalStreaming.Core.Domain.Events;

/// <summary>Short codes for why an event cannot be taken; they go into the dead letter's header dlq.reason.</summary>
public static class RejectionReasons
{
    /// <summary>The value is larger than an event may be.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The record has no value.</summary>
    public const string NullValue = "null_value";

    /// <summary>The record has no key.</summary>
    public const string NullKey = "null_key";

    /// <summary>The record's key is not the id inside the event.</summary>
    public const string KeyMismatch = "key_mismatch";

    /// <summary>The value is not UTF-8.</summary>
    public const string BadUtf8 = "bad_utf8";

    /// <summary>The value is not one JSON object.</summary>
    public const string BadJson = "bad_json";

    /// <summary>A field occurs twice.</summary>
    public const string DuplicateField = "duplicate_field";

    /// <summary>A field that must be there is absent, null or empty.</summary>
    public const string MissingField = "missing_field";

    /// <summary>A field has another type or form than its column; money finer than its column is this too, it is never rounded.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>A number, date or time that its column cannot hold.</summary>
    public const string OutOfRange = "out_of_range";

    /// <summary>More characters than the column holds.</summary>
    public const string TextTooLong = "text_too_long";

    /// <summary>Text PostgreSQL cannot hold: U+0000 or half of a surrogate pair.</summary>
    public const string BadText = "bad_text";

    /// <summary>A schema version this program does not know.</summary>
    public const string UnknownSchemaVersion = "unknown_schema_version";

    /// <summary>An event type this program does not know.</summary>
    public const string UnknownEventType = "unknown_event_type";

    /// <summary>A topic that feeds no table.</summary>
    public const string UnknownTopic = "unknown_topic";
}
