using System.Globalization;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Storage;

/// <summary>Opens a partition's segments after a stop of any kind. Only bytes after the last whole, intact batch of the newest segment are cut off.</summary>
internal static class SegmentRecovery
{
    public static List<Segment> Load(StorageEnvironment environment, string folder, ProducerTable producers)
    {
        var bases = environment.Files.Files(folder)
            .Where(path => path.EndsWith(Segment.LogExtension, StringComparison.Ordinal))
            .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture))
            .Order()
            .ToList();
        var segments = new List<Segment>();
        foreach (var baseOffset in bases)
        {
            var segment = Segment.Open(environment.Files, folder, baseOffset);
            segments.Add(segment);
            SegmentCheckpoint.TryRestore(environment.Files, segment, producers);
            Scan(segment, producers, environment.NowMs);
            var unreadable = segment.File.Length - segment.Length;
            var isNewest = segments.Count == bases.Count;
            if (unreadable > 0 && isNewest)
            {
                environment.Logger.LogWarning(
                    "{Folder}: cut {Bytes} bytes of an unfinished write after offset {NextOffset}", folder, unreadable, segment.NextOffset);
                segment.File.SetLength(segment.Length);
            }
            else if (!isNewest && (unreadable > 0 || segment.NextOffset != bases[segments.Count]))
            {
                environment.Logger.LogError(
                    "{Folder}: segment {BaseOffset} is damaged: offsets {NextOffset} to {NextBase} cannot be read; the rest is served",
                    folder, baseOffset, segment.NextOffset, bases[segments.Count]);
            }
        }
        return segments;
    }

    private static void Scan(Segment segment, ProducerTable producers, long nowMs)
    {
        using var batches = new BatchCursor(segment.File, segment.Length, segment.File.Length);
        while (batches.MoveNext() && batches.Header.BaseOffset >= segment.NextOffset && batches.IsIntact())
        {
            segment.Note(batches.Header);
            producers.Record(batches.Header, batches.Header.BaseOffset, nowMs);
        }
    }
}
