using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes.Reading;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Core.Changes;

/// <summary>
/// Reads one column of a change into the column's type. The modes say how the connector was set up: base64 of a precise decimal may look like
/// decimal text, and milliseconds look like microseconds, so neither is guessed. Never throws for a bad value.
/// </summary>
/// <param name="modes">How the connector writes values.</param>
public sealed class ColumnValueReader(ValueModes modes)
{
    private const int MostPlaces = 9;
    private const NumberStyles DecimalText = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private readonly SourceValueReader _source = new(modes);

    /// <summary>A reader of messages with these modes, and the others as they are by default.</summary>
    public ColumnValueReader(DecimalHandlingMode decimals, TimePrecisionMode times)
        : this(new ValueModes { Decimals = decimals, Times = times })
    {
    }

    private static readonly string[] InstantFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];
    private static readonly string[] DateFormats = ["yyyy-MM-dd'Z'", "yyyy-MM-dd"];

    /// <summary>The line's own modes: decimals as text, times adaptive.</summary>
    public static ColumnValueReader Line { get; } = new(ValueModes.Line);

    /// <summary>The value of a column in a row.</summary>
    /// <param name="row">before, after or the key of a <see cref="ChangeEnvelope"/>.</param>
    /// <param name="column">The column wanted.</param>
    public ColumnValue Read(JsonElement row, ColumnDescription column) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column.Name, out var value) ? ReadValue(value, column) : ColumnValue.Missing;

    /// <summary>One JSON value as a value of the column.</summary>
    public ColumnValue ReadValue(JsonElement value, ColumnDescription column)
    {
        if (value.ValueKind is JsonValueKind.Null)
        {
            return ColumnValue.Null;
        }

        if (value.ValueKind is JsonValueKind.String && value.ValueEquals(ChangeFields.UnavailableValue))
        {
            return ColumnValue.Unchanged;
        }

        if (column.Type is { } type)
        {
            var read = _source.Read(value, type);
            return read.State == ColumnState.Rejected ? ColumnValue.Reject($"column {column.Name}: {read.Rejection!.Detail}") : read;
        }

        var typed = column.Kind switch
        {
            ColumnKind.Int32 => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? (object)number : null,
            ColumnKind.Int64 => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null,
            ColumnKind.Numeric => Decimal(value, column.Scale),
            ColumnKind.Text => value.ValueKind == JsonValueKind.String ? value.GetString() : null,
            ColumnKind.Date => Date(value),
            ColumnKind.TimestampTz => Instant(value),
            ColumnKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null,
            _ => null,
        };
        return typed is null
            ? ColumnValue.Reject($"column {column.Name} is no {column.Kind} but a JSON {value.ValueKind} that does not fit")
            : ColumnValue.Of(typed);
    }

    /// <summary>
    /// The same from the bytes of a scalar, its quotes included, for the usual encodings of the usual types; null for every other, and for what does not
    /// fit. The bytes are UTF-8 and their grammar is checked.
    /// </summary>
    internal object? ReadPlain(ReadOnlySpan<byte> scalar, ColumnDescription column)
    {
        var isText = scalar[0] == '"';
        if (column.Type is not null || (isText && scalar.Contains((byte)'\\')))
        {
            return null;
        }

        var text = isText ? scalar[1..^1] : default;
        return column.Kind switch
        {
            ColumnKind.Int32 when !isText => Utf8Parser.TryParse(scalar, out int number, out var read) && read == scalar.Length ? number : null,
            ColumnKind.Int64 when !isText => Utf8Parser.TryParse(scalar, out long number, out var read) && read == scalar.Length ? number : null,
            ColumnKind.Numeric when isText && modes.Decimals == DecimalHandlingMode.String =>
                decimal.TryParse(text, DecimalText, CultureInfo.InvariantCulture, out var number) ? Exact(number) : null,
            ColumnKind.Text when isText => Encoding.UTF8.GetString(text),
            ColumnKind.Date when !isText => Utf8Parser.TryParse(scalar, out int days, out var read) && read == scalar.Length ? DateOf(days) : null,
            ColumnKind.TimestampTz when isText => UtcTexts.Read(text),
            _ => null,
        };
    }

    private object? Decimal(JsonElement value, int scale) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? Exact(number) : null,
        JsonValueKind.String when modes.Decimals == DecimalHandlingMode.Precise => Unscaled(value, scale),
        JsonValueKind.String => decimal.TryParse(
            value.GetString(), DecimalText, CultureInfo.InvariantCulture, out var number) ? Exact(number) : null,

        // A numeric without a scale of its own: {"scale":9,"value":"base64"}.
        JsonValueKind.Object when value.TryGetProperty("scale", out var own) && own.ValueKind == JsonValueKind.Number && own.TryGetInt32(out var digits)
            && value.TryGetProperty("value", out var bytes) && bytes.ValueKind == JsonValueKind.String => Unscaled(bytes, digits),
        _ => null,
    };

    private static object? Unscaled(JsonElement value, int scale)
    {
        // 12 bytes of magnitude is what a decimal holds; a longer sign extension is no number PostgreSQL's numeric(38) and below would send.
        if (scale is < 0 or > 28 || !value.TryGetBytesFromBase64(out var bytes) || bytes.Length is 0 or > 16)
        {
            return null;
        }

        var unscaled = new BigInteger(bytes, isUnsigned: false, isBigEndian: true);
        var magnitude = BigInteger.Abs(unscaled);
        if (magnitude.GetBitLength() > 96)
        {
            return null;
        }

        return Exact(new decimal(
            (int)(uint)(magnitude & uint.MaxValue),
            (int)(uint)((magnitude >> 32) & uint.MaxValue),
            (int)(uint)((magnitude >> 64) & uint.MaxValue),
            unscaled.Sign < 0,
            (byte)scale));
    }

    // What BigQuery's NUMERIC holds, on every warehouse: a record is read in one way, wherever it is loaded. A decimal's whole part is never too large for it.
    private static object? Exact(decimal number) => decimal.Round(number, MostPlaces) == number ? number : null;

    private static object? Date(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.TryGetInt32(out var days) ? DateOf(days) : null;
        }

        return value.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(value.GetString(), DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    private static object? DateOf(int days)
    {
        const int EpochDay = 719_162;
        return days is >= -EpochDay and <= 2_932_896 ? DateOnly.FromDayNumber(days + EpochDay) : null;
    }

    private object? Instant(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (!value.TryGetInt64(out var units))
            {
                return null;
            }

            var micros = modes.Times == TimePrecisionMode.Connect ? (Int128)units * 1000 : units;
            return Instants.FromUnixMicroseconds(micros);
        }

        return value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParseExact(value.GetString(), InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
            : null;
    }
}
