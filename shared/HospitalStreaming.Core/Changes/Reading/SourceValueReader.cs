using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>
/// Reads a JSON value of a change into the text PostgreSQL prints for it (DateStyle ISO, bytea_output hex, TimeZone UTC), which PostgreSQL takes back
/// without error: every other text is refused here, one record at a time, so that no cast fails a whole load. docs/types.md says what a mode loses.
/// Never throws for a bad value.
/// </summary>
/// <param name="modes">How the connector writes values.</param>
public sealed class SourceValueReader(ValueModes modes)
{
    // As deep as PostgreSQL's own parser goes on its default stack, roughly.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_000 };

    /// <summary>The value's text; what it says where there is none.</summary>
    /// <param name="value">The JSON value.</param>
    /// <param name="type">The column's type.</param>
    public ColumnValue Read(JsonElement value, SourceType type)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return ColumnValue.Null;
        }

        if (Placeholders.IsUnchanged(value, type, modes.Binary))
        {
            return ColumnValue.Unchanged;
        }

        return Text(value, type) is { } text
            ? ColumnValue.Of(text)
            : ColumnValue.Reject($"a JSON {value.ValueKind} is no {type.Name} as this configuration writes it");
    }

    internal string? Text(JsonElement value, SourceType type) => type.Kind switch
    {
        SourceKind.Text or SourceKind.Enum => String(value),
        SourceKind.SmallInt => Integer(value, short.MinValue, short.MaxValue),
        SourceKind.Integer => Integer(value, int.MinValue, int.MaxValue),
        SourceKind.BigInt => Integer(value, long.MinValue, long.MaxValue),
        SourceKind.Oid => Integer(value, 0, uint.MaxValue),
        SourceKind.Real => NumberTexts.Real(value),
        SourceKind.Double => NumberTexts.Double(value),
        SourceKind.Numeric => NumberTexts.Numeric(value, type.Scale, modes.Decimals),
        SourceKind.Money => NumberTexts.Numeric(value, 2, modes.Decimals),
        SourceKind.Boolean => value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => null },
        SourceKind.Bytes => BinaryTexts.Bytes(value, modes.Binary) is { } bytes ? string.Concat("\\x", Convert.ToHexStringLower(bytes)) : null,
        SourceKind.Bit => BinaryTexts.Bits(value, type.Length ?? 1),
        SourceKind.BitVarying => BinaryTexts.Bits(value, null),
        SourceKind.Date => TimeTexts.Date(value),
        SourceKind.Time => TimeTexts.Time(value, type.FractionDigits, modes.Times),
        SourceKind.TimeTz => TimeTexts.TimeTz(value),
        SourceKind.Timestamp => TimeTexts.Timestamp(value, type.FractionDigits, modes.Times),
        SourceKind.TimestampTz => TimeTexts.TimestampTz(value),
        SourceKind.Interval => IntervalTexts.Interval(value, modes.Intervals),
        SourceKind.Uuid => String(value) is { } text && Guid.TryParseExact(text, "D", out _) ? text.ToLowerInvariant() : null,
        SourceKind.Json or SourceKind.Jsonb => String(value) is { } text && IsJson(text) ? text : null,
        SourceKind.Hstore => Hstore(value),
        SourceKind.Point => BinaryTexts.Point(value),
        SourceKind.Undescribed => String(value) ?? value.GetRawText(),
        SourceKind.Array => ArrayTexts.Array(value, type.Element!, Text),
        _ => null,
    };

    private static string? String(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Integer(JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;

    // Kept as a JSON object: hstore is an extension that a warehouse need not have.
    private string? Hstore(JsonElement value)
    {
        var text = modes.Hstore == HstoreHandlingMode.Map ? (value.ValueKind == JsonValueKind.Object ? value.GetRawText() : null) : String(value);
        return text is not null && text.StartsWith('{') && IsJson(text) ? text : null;
    }

    // jsonb takes no NUL and no half character, written as escapes or not.
    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, Deep);
            return !text.Contains("\\u0000", StringComparison.Ordinal) && !ChangeEnvelopeReader.HasHalfSurrogate(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
