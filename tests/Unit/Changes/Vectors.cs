using System.Text;
using System.Text.Json;
using HospitalStreaming.Tests.Support.Recorded;

namespace HospitalStreaming.Tests.Unit.Changes;

/// <summary>Recorded messages under tests/Vectors.</summary>
internal static class Vectors
{
    public static string Folder => VectorFolder.Path;

    public static IEnumerable<RecordedMessage> Read(string path)
    {
        foreach (var line in File.ReadLines(Path.Combine(Folder, path)))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            yield return new RecordedMessage(
                root.GetProperty("topic").GetString()!,
                root.GetProperty("partition").GetInt32(),
                Bytes(root.GetProperty("key")),
                Bytes(root.GetProperty("value")));
        }
    }

    private static byte[]? Bytes(JsonElement text) => text.ValueKind == JsonValueKind.Null ? null : Encoding.UTF8.GetBytes(text.GetString()!);
}
