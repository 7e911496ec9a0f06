using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>
/// A lake object's name: topics/TOPIC/dt=YYYY-MM-DD/EPOCH-PARTITION-OFFSET20.json.gz. A function of where the object starts, never of where it
/// ends: two writers that cut differently want the same name, and create-only lets one of them have it (design, promise 2).
/// </summary>
/// <param name="Stream">Topic, stream epoch and partition.</param>
/// <param name="Day">UTC day of the first record at or after <paramref name="StartOffset"/>.</param>
/// <param name="StartOffset">Where the object starts; its first record may come later, as offsets are sparse.</param>
/// <param name="Compression">How it is stored; the same through a lake's life.</param>
public sealed record LakeObjectName(LakeStream Stream, DateOnly Day, long StartOffset, LakeCompression Compression = LakeCompression.Gzip)
    : IComparable<LakeObjectName>
{
    /// <summary>First part of every object's name.</summary>
    public const string Root = "topics/";

    private const string DayPart = "/dt=";

    /// <summary>Prefix of all objects of a topic, with its slash.</summary>
    public static string TopicPrefix(string topic) => $"{Root}{topic}/";

    /// <summary>Prefix of all objects of a topic and day, with its slash.</summary>
    public static string DayPrefix(string topic, DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{Root}{topic}{DayPart}{day:yyyy-MM-dd}/");

    /// <summary>Prefix of a stream's objects of one day; what follows is the start offset, so that they list in log order.</summary>
    public static string ChainPrefix(LakeStream stream, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"{DayPrefix(stream.Topic, day)}{stream.Epoch}-{stream.Partition}-");

    /// <summary>The day a record's object is filed under.</summary>
    /// <param name="timestampMs">Milliseconds since 1970 UTC; outside of the calendar it is held to its ends.</param>
    public static DateOnly DayOf(long timestampMs) => DateOnly.FromDateTime(
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(timestampMs, -62_135_596_800_000, 253_402_300_799_999)).UtcDateTime);

    /// <summary>Reads what <see cref="ToString"/> writes, and nothing else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out LakeObjectName? name)
    {
        name = null;
        var compression = text.EndsWith(".json.gz", StringComparison.Ordinal) ? LakeCompression.Gzip : LakeCompression.None;
        var extension = Extension(compression);
        if (!text.StartsWith(Root, StringComparison.Ordinal) || !text.EndsWith(extension, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = text[Root.Length..^extension.Length].Split('/');
        if (parts.Length != 3 || !parts[1].StartsWith(DayPart[1..], StringComparison.Ordinal))
        {
            return false;
        }

        var place = parts[2].Split('-');
        if (place.Length != 3
            || !DateOnly.TryParseExact(parts[1].AsSpan(DayPart.Length - 1), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || !LakeStream.IsTopic(parts[0]) || !LakeStream.IsEpoch(place[0])
            || !int.TryParse(place[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(place[2], NumberStyles.None, CultureInfo.InvariantCulture, out var start))
        {
            return false;
        }

        name = new LakeObjectName(new LakeStream(parts[0], place[0], partition), day, start, compression);

        // Leading zeros and other spellings would give two texts for one name.
        if (name.ToString() != text)
        {
            name = null;
        }

        return name is not null;
    }

    /// <summary>Log order: by stream, then by start.</summary>
    public int CompareTo(LakeObjectName? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = Stream.CompareTo(other.Stream);
        order = order != 0 ? order : StartOffset.CompareTo(other.StartOffset);
        order = order != 0 ? order : Day.CompareTo(other.Day);
        return order != 0 ? order : Compression.CompareTo(other.Compression);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{ChainPrefix(Stream, Day)}{StartOffset:D20}{Extension(Compression)}");

    private static string Extension(LakeCompression compression) => compression == LakeCompression.Gzip ? ".json.gz" : ".json";
}
