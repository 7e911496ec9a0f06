using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>bytea, bit strings and points out of their JSON.</summary>
internal static class BinaryTexts
{
    internal static byte[]? Bytes(JsonElement value, BinaryHandlingMode mode)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString()!;
        if (mode == BinaryHandlingMode.Hex)
        {
            return text.Length % 2 == 0 && text.AsSpan().IndexOfAnyExcept(HexDigits) < 0 ? Convert.FromHexString(text) : null;
        }

        if (mode == BinaryHandlingMode.Base64UrlSafe)
        {
            text = text.Replace('-', '+').Replace('_', '/');
            text = text.PadRight((text.Length + 3) / 4 * 4, '=');
        }

        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>The lowest bit of the first byte is the last one printed.</summary>
    /// <param name="value">A boolean for bit(1), else base64.</param>
    /// <param name="length">Bits to print; null for as many as the highest one set needs: leading zeros of a bit varying do not travel.</param>
    internal static string? Bits(JsonElement value, int? length)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return length is null or 1 ? (value.GetBoolean() ? "1" : "0") : null;
        }

        if (Bytes(value, BinaryHandlingMode.Bytes) is not { } bytes)
        {
            return null;
        }

        var highest = bytes.Length * 8;
        while (highest > 0 && !IsSet(bytes, highest - 1))
        {
            highest--;
        }

        if (highest > length)
        {
            return null;
        }

        return string.Create(length ?? highest, bytes, static (text, set) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                var bit = text.Length - 1 - i;
                text[i] = bit < set.Length * 8 && IsSet(set, bit) ? '1' : '0';
            }
        });
    }

    /// <summary>(1.5,-2) out of its x and y.</summary>
    internal static string? Point(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("x", out var x) || !value.TryGetProperty("y", out var y))
        {
            return null;
        }

        return NumberTexts.Double(x) is { } first && NumberTexts.Double(y) is { } second
            ? string.Create(CultureInfo.InvariantCulture, $"({first},{second})")
            : null;
    }

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private static bool IsSet(byte[] bytes, int bit) => (bytes[bit / 8] & (1 << (bit % 8))) != 0;
}
