using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>Arrays as PostgreSQL prints them: {1,NULL,3}, {"a","b,c",NULL,""}, nested braces. Bounds other than from 1 do not travel.</summary>
internal static class ArrayTexts
{
    private const int MostDimensions = 6;

    internal static string? Array(JsonElement value, SourceType element, Func<JsonElement, SourceType, string?> item)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        // PostgreSQL's arrays are boxes: every level as long as its siblings, and items on the last one only. The first path in says how deep.
        var shape = new List<int>();
        for (var level = value; level.ValueKind == JsonValueKind.Array; level = level[0])
        {
            shape.Add(level.GetArrayLength());
            if (shape[^1] == 0)
            {
                break;
            }
        }

        var text = new StringBuilder();
        return shape.Count <= MostDimensions && (shape.Count == 1 || shape[^1] > 0) && Level(text, value, element, item, shape, 0) ? text.ToString() : null;
    }

    private static bool Level(
        StringBuilder text, JsonElement array, SourceType element, Func<JsonElement, SourceType, string?> item, List<int> shape, int depth)
    {
        text.Append('{');
        var first = true;
        foreach (var value in array.EnumerateArray())
        {
            text.Append(first ? string.Empty : ",");
            first = false;
            var fits = depth + 1 == shape.Count
                ? value.ValueKind != JsonValueKind.Array && Item(text, value, element, item)
                : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == shape[depth + 1] && Level(text, value, element, item, shape, depth + 1);
            if (!fits)
            {
                return false;
            }
        }

        text.Append('}');
        return true;
    }

    private static bool Item(StringBuilder text, JsonElement value, SourceType element, Func<JsonElement, SourceType, string?> item)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            text.Append("NULL");
            return true;
        }

        if (item(value, element) is not { } plain)
        {
            return false;
        }

        if (plain.Length > 0 && !plain.Equals("null", StringComparison.OrdinalIgnoreCase) && plain.AsSpan().IndexOfAny(Special) < 0)
        {
            text.Append(plain);
            return true;
        }

        text.Append('"').Append(plain.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create("{}\",\\ \t\n\r\v\f");
}
