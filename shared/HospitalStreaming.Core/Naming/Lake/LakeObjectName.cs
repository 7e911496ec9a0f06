using System.Diagnostics.CodeAnalysis;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>
/// A lake object's name, by default topics/TOPIC/dt=YYYY-MM-DD/EPOCH-PARTITION-OFFSET20.json.gz. A function of where the object starts, never of where it
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

    /// <summary>Where objects lie in its lake.</summary>
    public LakeLayout Layout { get; init; } = LakeLayout.Default;

    /// <summary>UTC hour of the first record, in layouts that have hours; null elsewhere, or where it is not known.</summary>
    public int? Hour { get; init; }

    /// <summary>The day a record's object is filed under.</summary>
    /// <param name="timestampMs">Milliseconds since 1970 UTC; outside of the calendar it is held to its ends.</param>
    public static DateOnly DayOf(long timestampMs) => DateOnly.FromDateTime(RecordTime.Of(timestampMs).UtcDateTime);

    /// <summary>Reads what <see cref="ToString"/> writes in the default layout, and nothing else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out LakeObjectName? name) => LakeLayout.Default.TryParse(text, out name);

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
    public override string ToString() => Layout.PathOf(this);
}
