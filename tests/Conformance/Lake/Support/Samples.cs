using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>Objects to put into lakes.</summary>
internal static class Samples
{
    /// <summary>2026-03-01T12:00:00Z.</summary>
    public const long Noon = 1_772_366_400_000;

    public static LakeObjectDraft Draft(LakeStream stream, long start, int rows, long timestampMs = Noon, int valueBytes = 20, char fill = 'x', LakeCompression compression = LakeCompression.Gzip)
    {
        var draft = new LakeObjectDraft(stream, start, compression);
        for (var i = 0; i < rows; i++)
        {
            draft.Add(Record(stream, start + i, timestampMs, valueBytes, fill));
        }

        return draft;
    }

    public static LakeRecord Record(LakeStream stream, long offset, long timestampMs, int valueBytes = 20, char fill = 'x') => new(
        new LogPosition(stream.Topic, stream.Partition, offset),
        timestampMs,
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{offset}}}")),
        Encoding.UTF8.GetBytes('"' + new string(fill, valueBytes) + '"'),
        []);

    public static async Task<LakePut> PutAsync(ILake lake, LakeObjectDraft draft, CancellationToken cancellation)
    {
        var (stored, manifest) = draft.Finish();
        return await lake.CreateAsync(draft.Name, stored, manifest, cancellation);
    }

    /// <summary>One record of noise, which packing does not shorten much.</summary>
    public static LakeObjectDraft Noise(LakeStream stream, int valueBytes, LakeCompression compression)
    {
        var noise = new byte[valueBytes / 4 * 3];
        new Random(valueBytes).NextBytes(noise);
        var draft = new LakeObjectDraft(stream, 0, compression);
        draft.Add(Record(stream, 0, Noon) with { Value = Encoding.ASCII.GetBytes('"' + Convert.ToBase64String(noise) + '"') });
        return draft;
    }
}
