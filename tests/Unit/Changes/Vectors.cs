using System.Text;
using System.Text.Json;

namespace HospitalStreaming.Tests.Unit.Changes;

/// <summary>Recorded messages under tests/Vectors.</summary>
internal static class Vectors
{
    public static string Folder { get; } = Find();

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

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "Vectors");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("tests/Vectors is in no folder above the tests");
    }
}
