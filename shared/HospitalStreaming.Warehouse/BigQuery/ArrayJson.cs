using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// An array as PostgreSQL prints it, as JSON: whole numbers, finite floats and booleans as such, NULL as null, items of every other type (exact decimals
/// among them) as texts. The text is the reader's own, so its braces and quotes match.
/// </summary>
internal static class ArrayJson
{
    internal static void Write(Utf8JsonWriter writer, string text, SourceType element)
    {
        var item = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '{':
                    writer.WriteStartArray();
                    break;
                case '}':
                    writer.WriteEndArray();
                    break;
                case ',':
                    break;
                case '"':
                    item.Clear();
                    for (i++; text[i] != '"'; i++)
                    {
                        i += text[i] == '\\' ? 1 : 0;
                        item.Append(text[i]);
                    }

                    Item(writer, item.ToString(), element.Kind);
                    break;
                default:
                    var end = text.AsSpan(i).IndexOfAny(',', '}') + i;
                    if (text.AsSpan(i, end - i).SequenceEqual("NULL"))
                    {
                        writer.WriteNullValue();
                    }
                    else
                    {
                        Item(writer, text[i..end], element.Kind);
                    }

                    i = end - 1;
                    break;
            }
        }
    }

    private static void Item(Utf8JsonWriter writer, string item, SourceKind kind)
    {
        switch (kind)
        {
            case SourceKind.SmallInt or SourceKind.Integer or SourceKind.BigInt or SourceKind.Oid:
            case SourceKind.Real or SourceKind.Double when item[^1] is >= '0' and <= '9':
                writer.WriteRawValue(item);
                break;
            case SourceKind.Boolean:
                writer.WriteBooleanValue(item == "true");
                break;
            default:
                writer.WriteStringValue(item);
                break;
        }
    }
}
