using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>Reads one JSON value as its column's type, exactly.</summary>
internal static class ColumnReader
{
    public static EventProblem? Read(ref Utf8JsonReader json, ColumnDescription column, out object? value)
    {
        value = null;
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return column.Kind switch
        {
            ColumnKind.Int64 => ReadInt64(ref json, out value),
            ColumnKind.Int32 => ReadInt32(ref json, out value),
            ColumnKind.Numeric => ReadDecimal(ref json, column, out value),
            ColumnKind.Boolean => ReadBoolean(ref json, out value),
            _ => ReadText(ref json, column, out value),
        };
    }

    /// <summary>The string or name at the reader; false where it escapes half of a surrogate pair, which is no text.</summary>
    public static bool TryGetText(ref Utf8JsonReader json, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = json.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static EventProblem? ReadInt64(ref Utf8JsonReader json, out object? value)
    {
        value = null;
        if (json.TokenType != JsonTokenType.Number)
        {
            return new(RejectionReasons.WrongType, "is not a number");
        }

        if (json.TryGetInt64(out var number))
        {
            value = number;
            return null;
        }

        return NotWhole(json.ValueSpan, "64");
    }

    private static EventProblem? ReadInt32(ref Utf8JsonReader json, out object? value)
    {
        value = null;
        if (json.TokenType != JsonTokenType.Number)
        {
            return new(RejectionReasons.WrongType, "is not a number");
        }

        if (json.TryGetInt32(out var number))
        {
            value = number;
            return null;
        }

        return NotWhole(json.ValueSpan, "32");
    }

    private static EventProblem NotWhole(ReadOnlySpan<byte> digits, string bits) =>
        digits.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0
            ? new(RejectionReasons.WrongType, "is not a whole number")
            : new(RejectionReasons.OutOfRange, $"does not fit {bits} bits");

    private static EventProblem? ReadDecimal(ref Utf8JsonReader json, ColumnDescription column, out object? value)
    {
        value = null;
        if (json.TokenType is not (JsonTokenType.Number or JsonTokenType.String) || json.ValueSpan.Length > 1_000)
        {
            return new(RejectionReasons.WrongType, "is not a decimal number");
        }

        Span<char> text = stackalloc char[json.ValueSpan.Length];
        for (var index = 0; index < text.Length; index++)
        {
            text[index] = (char)json.ValueSpan[index];
        }

        if (!DecimalText.TryRead(text, column.Precision, column.Scale, out var number, out var problem))
        {
            return problem;
        }

        value = number;
        return null;
    }

    private static EventProblem? ReadBoolean(ref Utf8JsonReader json, out object? value)
    {
        value = json.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => null };
        return value is null ? new(RejectionReasons.WrongType, "is neither true nor false") : null;
    }

    private static EventProblem? ReadText(ref Utf8JsonReader json, ColumnDescription column, out object? value)
    {
        value = null;
        if (json.TokenType != JsonTokenType.String)
        {
            return new(RejectionReasons.WrongType, "is not a text");
        }

        if (!TryGetText(ref json, out var text))
        {
            return new(RejectionReasons.BadText, "holds half of a surrogate pair");
        }

        switch (column.Kind)
        {
            case ColumnKind.Date:
                value = DateText.TryRead(text, out var date, out var badDate) ? date : null;
                return badDate;
            case ColumnKind.TimestampTz:
                value = TimestampText.TryRead(text, out var time, out var badTime) ? time : null;
                return badTime;
            default:
                return ReadPlain(text, column, out value);
        }
    }

    private static EventProblem? ReadPlain(string text, ColumnDescription column, out object? value)
    {
        value = null;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return new(RejectionReasons.BadText, "holds U+0000");
        }

        if (column.MaxLength is { } limit && text.Length > limit && CountCharacters(text) > limit)
        {
            return new(RejectionReasons.TextTooLong, $"has more than {limit} characters");
        }

        value = text;
        return null;
    }

    /// <summary>PostgreSQL counts code points: a surrogate pair is one.</summary>
    private static int CountCharacters(string text)
    {
        var low = 0;
        foreach (var unit in text)
        {
            low += char.IsLowSurrogate(unit) ? 1 : 0;
        }

        return text.Length - low;
    }
}
