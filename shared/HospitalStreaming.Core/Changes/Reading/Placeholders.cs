using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>
/// The mark of a large value that an update did not touch, in the shapes Debezium gives it: the text itself, its bytes for bytea, a list of one
/// text for arrays of texts, the list of its bytes' numbers for arrays of integers, a pair of it for hstore.
/// </summary>
internal static class Placeholders
{
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes(ChangeFields.UnavailableValue);

    internal static bool IsUnchanged(JsonElement value, SourceType type, BinaryHandlingMode binary) => value.ValueKind switch
    {
        JsonValueKind.String when value.ValueEquals(ChangeFields.UnavailableValue) => true,
        JsonValueKind.String when type.Kind == SourceKind.Bytes => BinaryTexts.Bytes(value, binary) is { } bytes && bytes.AsSpan().SequenceEqual(Mark),
        JsonValueKind.String when type.Kind == SourceKind.Hstore => value.GetString() == $$"""{"{{ChangeFields.UnavailableValue}}":"{{ChangeFields.UnavailableValue}}"}""",
        JsonValueKind.Object when type.Kind == SourceKind.Hstore =>
            value.TryGetProperty(ChangeFields.UnavailableValue, out var marked) && marked.ValueKind == JsonValueKind.String && marked.ValueEquals(ChangeFields.UnavailableValue),
        JsonValueKind.Array when type.Kind == SourceKind.Array => IsUnchangedArray(value, binary),
        _ => false,
    };

    private static bool IsUnchangedArray(JsonElement array, BinaryHandlingMode binary)
    {
        if (array.GetArrayLength() == 1)
        {
            var only = array[0];
            return only.ValueKind == JsonValueKind.String
                && (only.ValueEquals(ChangeFields.UnavailableValue) || (BinaryTexts.Bytes(only, binary) is { } bytes && bytes.AsSpan().SequenceEqual(Mark)));
        }

        return array.GetArrayLength() == Mark.Length
            && array.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var code) && code == Mark[i]).All(same => same);
    }
}
