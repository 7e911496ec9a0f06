using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>
/// Writes events as one flat JSON object in UTF-8 with a fixed order of fields, so that the same event is the same bytes everywhere.
/// Reuses its buffers: one encoder a thread.
/// </summary>
public sealed class EventEncoder : IDisposable
{
    private static readonly JsonEncodedText EventId = JsonEncodedText.Encode(EventFields.EventId);
    private static readonly JsonEncodedText HospitalId = JsonEncodedText.Encode(EventFields.HospitalId);
    private static readonly JsonEncodedText EventTime = JsonEncodedText.Encode(EventFields.EventTime);
    private static readonly JsonEncodedText SchemaVersion = JsonEncodedText.Encode(EventFields.SchemaVersion);
    private static readonly JsonEncodedText TypeName = JsonEncodedText.Encode(EventFields.EventType);
    private static readonly JsonEncodedText Upsert = JsonEncodedText.Encode(EventFields.Upsert);
    private static readonly JsonEncodedText Deleted = JsonEncodedText.Encode(EventFields.Deleted);

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    /// <summary>Creates an encoder with a buffer of its own.</summary>
    public EventEncoder() =>
        // Relaxed escaping keeps names readable in rpk and kcat; nothing here is ever put into HTML unescaped.
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>The record key of a row: its id as decimal text.</summary>
    public static byte[] EncodeKey(long key) => Encoding.ASCII.GetBytes(key.ToString(CultureInfo.InvariantCulture));

    /// <summary>The record value of an event.</summary>
    /// <exception cref="ArgumentException">A value does not fit its column's kind, or money has more than two decimals.</exception>
    public byte[] Encode(HospitalEvent value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var shape = EventShape.Of(value.Table);
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString(EventId, value.EventId);
        _json.WriteString(HospitalId, value.HospitalId);
        _json.WritePropertyName(EventTime);
        WriteTime(value.EventTime);
        _json.WriteNumber(SchemaVersion, EventFields.CurrentSchemaVersion);
        _json.WriteString(TypeName, value.Type == EventType.Upsert ? Upsert : Deleted);
        foreach (var index in shape.Travelling)
        {
            if (value.Type == EventType.Deleted && value.Values[index] is null)
            {
                continue;
            }

            _json.WritePropertyName(shape.Names[index]);
            WriteValue(value.Values[index], shape.Table.Columns[index]);
        }

        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteValue(object? value, ColumnDescription column)
    {
        switch (value)
        {
            case null:
                _json.WriteNullValue();
                break;
            case long number when column.Kind == ColumnKind.Int64:
                _json.WriteNumberValue(number);
                break;
            case int number when column.Kind == ColumnKind.Int32:
                _json.WriteNumberValue(number);
                break;
            case decimal number when column.Kind == ColumnKind.Numeric:
                WriteMoney(number, column);
                break;
            case string text when column.Kind == ColumnKind.Text:
                _json.WriteStringValue(text);
                break;
            case DateOnly date when column.Kind == ColumnKind.Date:
                Span<byte> day = stackalloc byte[10];
                date.TryFormat(day, out _, "yyyy-MM-dd", CultureInfo.InvariantCulture);
                _json.WriteStringValue(day);
                break;
            case DateTimeOffset time when column.Kind == ColumnKind.TimestampTz:
                WriteTime(time);
                break;
            case bool flag when column.Kind == ColumnKind.Boolean:
                _json.WriteBooleanValue(flag);
                break;
            default:
                throw new ArgumentException($"column {column.Name} is a {column.Kind}, its value another type");
        }
    }

    private void WriteMoney(decimal number, ColumnDescription column)
    {
        if (decimal.Round(number, column.Scale) != number)
        {
            throw new ArgumentException($"column {column.Name} has {column.Scale} decimals, its value more");
        }

        Span<byte> digits = stackalloc byte[40];
        Utf8Formatter.TryFormat(number, digits, out var length, new StandardFormat('F', (byte)column.Scale));
        _json.WriteRawValue(digits[..length], skipInputValidation: true);
    }

    private void WriteTime(DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[TimestampText.Length];
        TimestampText.Write(time, text);
        _json.WriteStringValue(text);
    }
}
