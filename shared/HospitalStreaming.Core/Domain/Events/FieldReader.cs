using System.Text.Json;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>Takes one flat JSON object apart into its envelope and its columns' values.</summary>
internal sealed class FieldReader(EventShape shape)
{
    private readonly bool[] _seen = new bool[shape.Table.Columns.Length];
    private HashSet<string>? _unknown;
    private bool _schemaVersionSeen;
    private bool _eventIdSeen;
    private bool _timeSeen;
    private bool _typeSeen;

    public object?[] Values { get; } = new object?[shape.Table.Columns.Length];

    public string? EventId { get; private set; }

    public string? Hospital { get; private set; }

    public string? Time { get; private set; }

    public string? Type { get; private set; }

    public long? SchemaVersion { get; private set; }

    /// <exception cref="JsonException">The bytes are not one JSON value.</exception>
    public EventRejection? Read(ReadOnlySpan<byte> value)
    {
        var json = new Utf8JsonReader(value);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return new(RejectionReasons.BadJson, "the value is not a JSON object");
        }

        var expected = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var problem = FindColumn(ref json, ref expected) is { } index ? ReadColumn(ref json, index) : ReadOther(ref json);
            if (problem is not null)
            {
                return problem;
            }
        }

        // Text after the object throws here.
        json.Read();
        return null;
    }

    /// <summary>Fields mostly come in the schema's order, so the search starts where the last one ended.</summary>
    private int? FindColumn(ref Utf8JsonReader json, ref int expected)
    {
        var count = shape.NamesUtf8.Length;
        for (var step = 0; step < count; step++)
        {
            var index = expected + step < count ? expected + step : expected + step - count;
            if (index != shape.HospitalId && index != shape.UpdatedAt && json.ValueTextEquals(shape.NamesUtf8[index]))
            {
                expected = index + 1 < count ? index + 1 : 0;
                return index;
            }
        }

        return null;
    }

    private EventRejection? ReadColumn(ref Utf8JsonReader json, int index)
    {
        var column = shape.Table.Columns[index];
        if (_seen[index])
        {
            return Duplicate(column.Name);
        }

        _seen[index] = true;
        json.Read();
        var problem = ColumnReader.Read(ref json, column, out Values[index]);
        return problem is null ? null : new(problem.Reason, $"field {column.Name} {problem.Detail}");
    }

    private EventRejection? ReadOther(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals(EventFields.EventId))
        {
            return ReadText(ref json, EventFields.EventId, ref _eventIdSeen, text => EventId = text);
        }

        if (json.ValueTextEquals(EventFields.EventTime))
        {
            return ReadText(ref json, EventFields.EventTime, ref _timeSeen, text => Time = text);
        }

        if (json.ValueTextEquals(EventFields.EventType))
        {
            return ReadText(ref json, EventFields.EventType, ref _typeSeen, text => Type = text);
        }

        if (json.ValueTextEquals(EventFields.HospitalId))
        {
            return ReadText(ref json, EventFields.HospitalId, ref _seen[shape.HospitalId], text => Hospital = text, shape.Table.Columns[shape.HospitalId]);
        }

        return json.ValueTextEquals(EventFields.SchemaVersion) ? ReadVersion(ref json) : Skip(ref json);
    }

    private EventRejection? ReadVersion(ref Utf8JsonReader json)
    {
        if (_schemaVersionSeen)
        {
            return Duplicate(EventFields.SchemaVersion);
        }

        _schemaVersionSeen = true;
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var version))
        {
            return new(RejectionReasons.WrongType, $"field {EventFields.SchemaVersion} is not a whole number");
        }

        SchemaVersion = version;
        return null;
    }

    private EventRejection? Skip(ref Utf8JsonReader json)
    {
        // The name is not put into the detail: an unknown name may be anything.
        if (!ColumnReader.TryGetText(ref json, out var name))
        {
            return new(RejectionReasons.BadText, "the name of a field holds half of a surrogate pair");
        }

        if (!(_unknown ??= new(StringComparer.Ordinal)).Add(name))
        {
            return new(RejectionReasons.DuplicateField, "a field occurs twice");
        }

        json.Skip();
        return null;
    }

    private static EventRejection? ReadText(
        ref Utf8JsonReader json, string field, ref bool seen, Action<string?> keep, ColumnDescription? column = null)
    {
        if (seen)
        {
            return Duplicate(field);
        }

        seen = true;
        json.Read();
        var problem = ColumnReader.Read(ref json, column ?? Envelope, out var value);
        if (problem is not null)
        {
            return new(problem.Reason, $"field {field} {problem.Detail}");
        }

        keep((string?)value);
        return null;
    }

    private static readonly ColumnDescription Envelope = new("envelope", ColumnKind.Text, PrivacyClass.Operational, "A field of the envelope.");

    private static EventRejection Duplicate(string field) => new(RejectionReasons.DuplicateField, $"field {field} occurs twice");
}
