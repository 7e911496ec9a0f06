using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Auditing;

/// <summary>
/// An array by its items, each in its own form: out of PostgreSQL's print, {1,NULL,"a,b"}, or out of JSON, whose items are numbers and booleans as such
/// or all texts.
/// </summary>
internal static class ComparedArray
{
    private const int MostDimensions = 6;

    /// <summary>The form; null where the text is neither.</summary>
    internal static string? Of(SourceType element, string text)
    {
        var output = new StringBuilder();
        return (text.StartsWith('[') ? FromJson(output, element, text) : FromPrint(output, element, text)) ? output.ToString() : null;
    }

    private static bool FromJson(StringBuilder output, SourceType element, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDimensions });
            Append(output, element, json.RootElement);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Append(StringBuilder output, SourceType element, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                output.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    Append(output, element, item);
                }

                output.Append(']');
                break;
            case JsonValueKind.Null:
                Append(output, null);
                break;
            case JsonValueKind.String:
                Append(output, ComparedText.Of(element, value.GetString()!));
                break;
            default:
                Append(output, ComparedText.Of(element, value.GetRawText()));
                break;
        }
    }

    private static bool FromPrint(StringBuilder output, SourceType element, string text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '{':
                    depth++;
                    output.Append('[');
                    break;
                case '}':
                    depth--;
                    output.Append(']');
                    break;
                case ',':
                    break;
                case '"':
                    var item = new StringBuilder();
                    for (i++; i < text.Length && text[i] != '"'; i++)
                    {
                        i += text[i] == '\\' ? 1 : 0;
                        item.Append(i < text.Length ? text[i] : '\\');
                    }

                    Append(output, ComparedText.Of(element, item.ToString()));
                    break;
                default:
                    var length = text.AsSpan(i).IndexOfAny(',', '}');
                    if (length < 0)
                    {
                        return false;
                    }

                    var bare = text.Substring(i, length);
                    Append(output, bare == "NULL" ? null : ComparedText.Of(element, bare));
                    i += length - 1;
                    break;
            }
        }

        return depth == 0 && text.Length > 0;
    }

    // Lengths, so that no item can look like two.
    private static void Append(StringBuilder output, string? item) => _ = item is null ? output.Append("N;") : output.Append(item.Length).Append(':').Append(item).Append(';');
}
