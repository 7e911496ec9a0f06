using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Documents;

/// <summary>
/// The lake's own description (lake.json), written by its first user: how objects are named and stored. Names depend on it, so two users that
/// disagree would build two chains side by side; the later one is refused.
/// </summary>
public static class LakeFormat
{
    private const string Path = "lake.json";

    /// <summary>Of names, manifests and lines; another one is refused, as it may mean anything.</summary>
    private const int Version = 1;

    /// <summary>Writes the description of a new lake, or compares it with an existing one's.</summary>
    /// <exception cref="LakeException">The lake was made with other settings, or by a newer version.</exception>
    public static async Task EnsureAsync(ILake lake, CancellationToken cancellation)
    {
        var ours = Describe(lake.Shape);
        if (await lake.CreateDocumentAsync(Path, ours, cancellation))
        {
            return;
        }

        var theirs = await lake.ReadDocumentAsync(Path, cancellation);
        if (theirs is null || !theirs.AsSpan().SequenceEqual(ours))
        {
            throw Other(lake, theirs);
        }
    }

    /// <summary>Compares the description of a lake with our settings for someone who only looks: nothing is written.</summary>
    /// <exception cref="LakeException">There is no lake, or it was made with other settings, or by a newer version.</exception>
    public static async Task CheckAsync(ILake lake, CancellationToken cancellation)
    {
        var theirs = await lake.ReadDocumentAsync(Path, cancellation)
            ?? throw new LakeException($"there is no lake at {lake.Location}: it has no {Path}");
        if (!theirs.AsSpan().SequenceEqual(Describe(lake.Shape)))
        {
            throw Other(lake, theirs);
        }
    }

    /// <summary>The same for a reader that needs whole records: one that makes tables, or proves them.</summary>
    /// <exception cref="LakeException">Lines lack what such a reader needs, or the lake was made with other settings.</exception>
    public static async Task RequireWholeLinesAsync(ILake lake, CancellationToken cancellation)
    {
        await EnsureAsync(lake, cancellation);
        var lines = lake.Shape.Lines;
        if (!lines.IsWhole)
        {
            var lacks = LakeLines.Whole.FieldNames.Except(lines.FieldNames).ToList();
            var why = lacks.Count > 0 ? $"its lines have no {string.Join(", ", lacks)} (Lake:Fields)" : "its values are unwrapped (Lake:Values)";
            throw new LakeException($"the warehouse cannot be made from {lake.Location}: {why}; it needs every field and values as received, in a lake of its own");
        }
    }

    private static LakeException Other(ILake lake, byte[]? theirs) => VersionOf(theirs) is { } version && version != Version
        ? new(string.Create(CultureInfo.InvariantCulture, $"{lake.Location}/{Path} says that another version of this product made the lake: layout {version}, where this one knows {Version}; run the version that made it, or use a new lake"))
        : new($"{lake.Location}/{Path} says this lake was made with other settings ({(theirs is null ? "unreadable" : Encoding.ASCII.GetString(theirs).Trim())}); set Lake:Compression, Lake:PathTemplate, Lake:Fields and Lake:Values to match, or use a new lake");

    private static int? VersionOf(byte[]? theirs)
    {
        try
        {
            using var json = JsonDocument.Parse(theirs ?? []);
            return json.RootElement.GetProperty("layout").GetInt32();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Settings that are the default ones are not written, so that older descriptions still hold.</summary>
    private static byte[] Describe(LakeShape shape)
    {
        var text = new StringBuilder("{\"layout\":").Append(Version).Append(",\"compression\":\"").Append(shape.Compression == LakeCompression.Gzip ? "gzip" : "none").Append('"');
        if (!shape.Layout.Equals(LakeLayout.Default))
        {
            text.Append(",\"path\":\"").Append(shape.Layout.Template).Append('"');
        }

        if (shape.Lines.Fields != LakeFields.All)
        {
            text.Append(",\"fields\":[").AppendJoin(',', shape.Lines.FieldNames.Select(name => $"\"{name}\"")).Append(']');
        }

        if (shape.Lines.Values != LakeValues.AsReceived)
        {
            text.Append(",\"values\":\"unwrapped\"");
        }

        return Encoding.ASCII.GetBytes(text.Append("}\n").ToString());
    }
}
