using System.Diagnostics.CodeAnalysis;

namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>
/// Where objects lie: a path template with the variables of Aiven's sinks ({{topic}}, {{partition}}, {{start_offset}}, {{timestamp:unit=yyyy|MM|dd|HH}})
/// and {{epoch}}. Whatever the template, a path holds the object's identity and can be read back; .json or .json.gz follows it.
/// </summary>
public sealed class LakeLayout : IEquatable<LakeLayout>
{
    /// <summary>The template used unless another is set.</summary>
    public const string DefaultTemplate =
        "topics/{{topic}}/dt={{timestamp:unit=yyyy}}-{{timestamp:unit=MM}}-{{timestamp:unit=dd}}/{{epoch}}-{{partition}}-{{start_offset}}";

    /// <summary>Files all objects where a template has no date, and fills up a date that it has in part.</summary>
    private static readonly DateOnly Undated = new(1970, 1, 1);

    private readonly LayoutSegment[] _segments;
    private readonly int _timeParts;

    internal LakeLayout(string template, LayoutSegment[] segments, int timeParts) => (Template, _segments, _timeParts) = (template, segments, timeParts);

    /// <summary>The layout of <see cref="DefaultTemplate"/>.</summary>
    public static LakeLayout Default { get; } = Parse(DefaultTemplate);

    /// <summary>The template's text.</summary>
    public string Template { get; }

    /// <summary>The template's folders, outermost first.</summary>
    public IReadOnlyList<LayoutSegment> Folders => _segments[..^1];

    /// <summary>Whether objects of one day lie in several folders.</summary>
    public bool HasHours => _timeParts == 4;

    /// <summary>Reads a template.</summary>
    /// <exception cref="FormatException">It does not hold the identity, or could be read in two ways; the message says what to change.</exception>
    public static LakeLayout Parse(string template) => LayoutParser.Parse(template);

    /// <summary>A new object's name.</summary>
    /// <param name="stream">Its chain.</param>
    /// <param name="firstTimestampMs">Timestamp of its first record, milliseconds since 1970 UTC; held to the calendar's ends.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="compression">How it is stored.</param>
    public LakeObjectName NameOf(LakeStream stream, long firstTimestampMs, long start, LakeCompression compression)
    {
        var day = LakeObjectName.DayOf(firstTimestampMs);
        var hour = (int)(((firstTimestampMs % 86_400_000) + 86_400_000) % 86_400_000 / 3_600_000);
        return new LakeObjectName(stream, DayOf(day), start, compression) { Layout = this, Hour = HasHours ? hour : null };
    }

    /// <summary>The day that stands for a day's folder: itself, or its month's or year's first.</summary>
    public DateOnly DayOf(DateOnly day) => new(
        _timeParts >= 1 ? day.Year : Undated.Year, _timeParts >= 2 ? day.Month : Undated.Month, _timeParts >= 3 ? day.Day : Undated.Day);

    /// <summary>The day of a folder, or null where its numbers are no date.</summary>
    public DateOnly? DayOf(LakeSlot slot)
    {
        var (year, month, day) = (slot.Year ?? Undated.Year, slot.Month ?? Undated.Month, slot.Day ?? Undated.Day);
        return year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;
    }

    /// <summary>An object's path.</summary>
    /// <exception cref="ArgumentException">The template has hours, and the name's is not known.</exception>
    public string PathOf(LakeObjectName name)
    {
        var slot = new LakeSlot { StartOffset = name.StartOffset, Hour = name.Hour }.With(name.Stream).With(name.Day);
        return string.Join('/', _segments.Select(segment => segment.Fill(slot) ?? throw new ArgumentException("the name's hour is not known", nameof(name))))
            + Extension(name.Compression);
    }

    /// <summary>Reads what <see cref="PathOf"/> writes, and nothing else.</summary>
    public bool TryParse(string path, [NotNullWhen(true)] out LakeObjectName? name)
    {
        name = null;
        var compression = path.EndsWith(Extension(LakeCompression.Gzip), StringComparison.Ordinal) ? LakeCompression.Gzip : LakeCompression.None;
        var extension = Extension(compression);
        if (!path.EndsWith(extension, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = path[..^extension.Length].Split('/');
        if (parts.Length != _segments.Length)
        {
            return false;
        }

        LakeSlot? slot = default(LakeSlot);
        for (var i = 0; i < parts.Length && slot is not null; i++)
        {
            slot = _segments[i].Match(parts[i], slot.Value);
        }

        if (slot is not { Topic: { } topic, Epoch: { } epoch, Partition: { } partition, StartOffset: { } start } found
            || DayOf(found) is not { } day || found.Hour > 23 || !LakeStream.IsTopic(topic))
        {
            return false;
        }

        name = new LakeObjectName(new LakeStream(topic, epoch, partition), day, start, compression) { Layout = this, Hour = found.Hour };
        return true;
    }

    /// <summary>How a stream's objects begin within a folder; what follows is the start offset, so that they list in log order.</summary>
    public string FilePrefix(LakeStream stream) => _segments[^1].FillUntil(default(LakeSlot).With(stream), LayoutVariable.StartOffset)!;

    /// <inheritdoc/>
    public bool Equals(LakeLayout? other) => other is not null && Template == other.Template;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LakeLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Template);

    /// <inheritdoc/>
    public override string ToString() => Template;

    internal static string Extension(LakeCompression compression) => compression == LakeCompression.Gzip ? ".json.gz" : ".json";
}
