using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>
/// Reads records of the event topics, strictly and without ever throwing: what comes out fits its table in PostgreSQL exactly as sent, or is
/// rejected with a reason. Columns that allow NULL may be null or absent; fields the schema does not know are ignored.
/// </summary>
public static class EventDecoder
{
    /// <summary>Largest event taken unless told otherwise, in bytes.</summary>
    public const int DefaultMaxBytes = 256 * 1024;

    private const int MaxEventIdLength = 100;

    /// <summary>Reads one record.</summary>
    /// <param name="topic">Topic it came from.</param>
    /// <param name="key">Record key; null where it has none.</param>
    /// <param name="value">Record value; null where it has none.</param>
    /// <param name="maxBytes">Largest value taken, in bytes.</param>
    public static DecodedEvent Decode(string topic, byte[]? key, byte[]? value, int maxBytes = DefaultMaxBytes)
    {
        if (EventShape.OfTopic(topic) is not { } shape)
        {
            return Rejected(RejectionReasons.UnknownTopic, "no table is fed by this topic");
        }

        if (value is null)
        {
            return Rejected(RejectionReasons.NullValue, "the record has no value");
        }

        if (value.Length > maxBytes)
        {
            return Rejected(RejectionReasons.TooLarge, string.Create(CultureInfo.InvariantCulture, $"the value has {value.Length} bytes, at most {maxBytes} are taken"));
        }

        if (key is null)
        {
            return Rejected(RejectionReasons.NullKey, "the record has no key");
        }

        if (!Utf8.IsValid(value))
        {
            return Rejected(RejectionReasons.BadUtf8, "the value is not UTF-8");
        }

        try
        {
            return Read(shape, key, value);
        }
        catch (JsonException problem)
        {
            return Rejected(RejectionReasons.BadJson, string.Create(CultureInfo.InvariantCulture, $"the value is not JSON at byte {problem.BytePositionInLine}, line {problem.LineNumber}"));
        }
    }

    private static DecodedEvent Read(EventShape shape, byte[] key, byte[] value)
    {
        var fields = new FieldReader(shape);
        if (fields.Read(value) is { } problem)
        {
            return DecodedEvent.Of(problem);
        }

        if (CheckEnvelope(fields, out var type, out var eventTime) is { } envelope)
        {
            return DecodedEvent.Of(envelope);
        }

        fields.Values[shape.HospitalId] = fields.Hospital;
        fields.Values[shape.UpdatedAt] = eventTime;
        for (var index = 0; index < fields.Values.Length; index++)
        {
            var column = shape.Table.Columns[index];
            if (fields.Values[index] is null && !column.Nullable && (index == 0 || type == EventType.Upsert))
            {
                return Rejected(RejectionReasons.MissingField, $"field {column.Name} is missing");
            }
        }

        var id = (long)fields.Values[0]!;
        if (!key.AsSpan().SequenceEqual(EventEncoder.EncodeKey(id)))
        {
            return Rejected(RejectionReasons.KeyMismatch, $"the record's key is not its {shape.Table.KeyColumn}");
        }

        return DecodedEvent.Of(new HospitalEvent(
            fields.EventId!, fields.Hospital!, eventTime, type, shape.Table, ImmutableArray.Create(fields.Values)));
    }

    private static EventRejection? CheckEnvelope(FieldReader fields, out EventType type, out DateTimeOffset eventTime)
    {
        type = fields.Type == EventFields.Deleted ? EventType.Deleted : EventType.Upsert;
        eventTime = default;
        if (fields.SchemaVersion is null)
        {
            return Missing(EventFields.SchemaVersion);
        }

        if (fields.SchemaVersion != EventFields.CurrentSchemaVersion)
        {
            return new(RejectionReasons.UnknownSchemaVersion, $"only schema version {EventFields.CurrentSchemaVersion} is known");
        }

        if (fields.Type is null)
        {
            return Missing(EventFields.EventType);
        }

        if (fields.Type is not (EventFields.Upsert or EventFields.Deleted))
        {
            return new(RejectionReasons.UnknownEventType, $"{EventFields.EventType} is neither {EventFields.Upsert} nor {EventFields.Deleted}");
        }

        if (string.IsNullOrEmpty(fields.EventId))
        {
            return Missing(EventFields.EventId);
        }

        if (fields.EventId.Length > MaxEventIdLength)
        {
            return new(RejectionReasons.TextTooLong, $"field {EventFields.EventId} has more than {MaxEventIdLength} characters");
        }

        if (string.IsNullOrEmpty(fields.Hospital))
        {
            return Missing(EventFields.HospitalId);
        }

        if (fields.Time is null)
        {
            return Missing(EventFields.EventTime);
        }

        return TimestampText.TryRead(fields.Time, out eventTime, out var problem)
            ? null
            : new(problem.Reason, $"field {EventFields.EventTime} {problem.Detail}");
    }

    private static EventRejection Missing(string field) => new(RejectionReasons.MissingField, $"field {field} is missing");

    private static DecodedEvent Rejected(string reason, string detail) => DecodedEvent.Of(new EventRejection(reason, detail));
}
