using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Tests.Support.Recorded;

/// <summary>Recorded messages with their headers and places, as a lake object would give them.</summary>
internal static class RecordedLines
{
    public static IEnumerable<LakeRecord> Read(string file)
    {
        foreach (var text in File.ReadLines(Path.Combine(VectorFolder.Path, file)))
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var recorded = root.GetProperty("headers");
            var headers = (recorded.ValueKind == JsonValueKind.Array ? [.. recorded.EnumerateArray()] : Array.Empty<JsonElement>()).Select(part => part.GetString()!).Chunk(2)
                .Select(pair => new KeyValuePair<string, byte[]?>(pair[0], Encoding.UTF8.GetBytes(pair[1]))).ToList();
            var position = new LogPosition(
                root.GetProperty("topic").GetString()!, root.GetProperty("partition").GetInt32(), root.GetProperty("offset").GetInt64());
            yield return new LakeRecord(position, 0, Bytes(root.GetProperty("key")), Bytes(root.GetProperty("value")), headers);
        }
    }

    // Spelled out: a null array converts to empty memory without a word.
    private static ReadOnlyMemory<byte>? Bytes(JsonElement text) =>
        text.ValueKind == JsonValueKind.Null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text.GetString()!).AsMemory();
}
