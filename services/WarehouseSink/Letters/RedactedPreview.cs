using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>
/// Shape of a record that may hold a patient's data: structure and known names stay, every value becomes its kind and length. Names that are not
/// known are masked too, as a broken writer may have put values there.
/// </summary>
/// <param name="names">Names that may be shown.</param>
public sealed class RedactedPreview(IEnumerable<string> names)
{
    private const int MaxDepth = 12;
    private const int MaxLines = 200;
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    /// <summary>Lines to show for bytes of any kind.</summary>
    public IReadOnlyList<string> Of(ReadOnlyMemory<byte>? content)
    {
        if (content is not { } bytes)
        {
            return ["(none)"];
        }

        var lines = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = 10_000 });
            Walk(ref reader, lines);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"(no JSON from here on{(failure is JsonException { BytePositionInLine: { } at } ? $": byte {at} of its line" : string.Empty)}; {bytes.Length} bytes in all)"));
        }

        return lines;
    }

    private void Walk(ref Utf8JsonReader reader, List<string> lines)
    {
        var name = string.Empty;
        while (reader.Read())
        {
            if (lines.Count == MaxLines)
            {
                lines.Add("(more follows)");
                return;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var text = reader.GetString()!;
                name = (_names.Contains(text) ? text : Masked("name", text)) + ": ";
                continue;
            }

            if (reader.CurrentDepth <= MaxDepth)
            {
                lines.Add(new string(' ', 2 * reader.CurrentDepth) + name + Value(ref reader));
            }

            name = string.Empty;
        }
    }

    private static string Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "{",
        JsonTokenType.EndObject => "}",
        JsonTokenType.StartArray => "[",
        JsonTokenType.EndArray => "]",
        JsonTokenType.Null => "null",
        JsonTokenType.True or JsonTokenType.False => "(boolean)",
        JsonTokenType.Number => string.Create(CultureInfo.InvariantCulture, $"(number of {reader.ValueSpan.Length} digits)"),
        _ => string.Create(CultureInfo.InvariantCulture, $"(text of {reader.ValueSpan.Length} bytes)"),
    };

    private static string Masked(string kind, string text) => string.Create(CultureInfo.InvariantCulture, $"({kind} of {Encoding.UTF8.GetByteCount(text)} bytes)");
}
