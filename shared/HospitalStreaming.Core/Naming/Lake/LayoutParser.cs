using System.Buffers;

namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>Reads path templates and refuses those from which an object's identity could not be read back.</summary>
internal static class LayoutParser
{
    private const int LongestTemplate = 512;

    private static readonly SearchValues<char> Literals = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-=");

    private static readonly Dictionary<string, LayoutVariable> Names = new(StringComparer.Ordinal)
    {
        ["topic"] = LayoutVariable.Topic,
        ["epoch"] = LayoutVariable.Epoch,
        ["partition"] = LayoutVariable.Partition,
        ["start_offset"] = LayoutVariable.StartOffset,
        ["start_offset:padding=true"] = LayoutVariable.StartOffset,
        ["timestamp:unit=yyyy"] = LayoutVariable.Year,
        ["timestamp:unit=MM"] = LayoutVariable.Month,
        ["timestamp:unit=dd"] = LayoutVariable.Day,
        ["timestamp:unit=HH"] = LayoutVariable.Hour,
    };

    private static readonly LayoutVariable[] Times = [LayoutVariable.Year, LayoutVariable.Month, LayoutVariable.Day, LayoutVariable.Hour];

    internal static LakeLayout Parse(string template)
    {
        if (!template.StartsWith(LakeObjectName.Root, StringComparison.Ordinal) || template.Length > LongestTemplate)
        {
            throw new FormatException("begin with topics/, and use at most 512 characters");
        }

        var segments = SplitFolders(template).Select(ParseSegment).ToArray();
        var all = segments.SelectMany(segment => segment.Variables).ToList();
        foreach (var (name, variable) in Names.Take(4))
        {
            if (all.Count(one => one == variable) != 1)
            {
                throw new FormatException($"hold {{{{{name}}}}} exactly once: an object's identity is its topic, epoch, partition and start offset");
            }
        }

        if (all[^1] != LayoutVariable.StartOffset || segments.Length < 2)
        {
            throw new FormatException("end with {{start_offset}}, after at least one folder: objects are listed in the order of their offsets");
        }

        var times = Times.Count(all.Contains);
        if (!all.Where(Times.Contains).SequenceEqual(Times[..times]) || segments[^1].Variables.Any(Times.Contains))
        {
            throw new FormatException("hold the timestamp's units from yyyy down, each once and none left out, in folders");
        }

        return new LakeLayout(template, segments, times);
    }

    /// <summary>Slashes part folders; variables hold none.</summary>
    private static string[] SplitFolders(string template)
    {
        var segments = template.Split('/');
        return segments.All(segment => segment.Length > 0 && segment[0] != '.') ? segments : throw new FormatException("leave no folder empty and let none begin with a dot");
    }

    private static LayoutSegment ParseSegment(string text)
    {
        var parts = new List<(string Text, LayoutVariable? Variable)>();
        while (text.Length > 0)
        {
            var open = text.IndexOf("{{", StringComparison.Ordinal);
            if (open != 0)
            {
                var literal = open < 0 ? text : text[..open];
                if (literal.AsSpan().ContainsAnyExcept(Literals))
                {
                    throw new FormatException("use letters, digits, and . _ - = around variables");
                }

                parts.Add((literal, null));
                text = text[literal.Length..];
                continue;
            }

            var close = text.IndexOf("}}", StringComparison.Ordinal);
            if (close < 0 || !Names.TryGetValue(text[2..close].Trim(), out var variable))
            {
                throw new FormatException("use the variables {{topic}}, {{epoch}}, {{partition}}, {{start_offset}} and {{timestamp:unit=yyyy|MM|dd|HH}}");
            }

            parts.Add((string.Empty, variable));
            text = text[(close + 2)..];
        }

        CheckReadable(parts);
        return new LayoutSegment(parts);
    }

    /// <summary>Between neighbours stands a character that neither of them can hold; a topic holds all but the slash.</summary>
    private static void CheckReadable(List<(string Text, LayoutVariable? Variable)> parts)
    {
        for (var i = 0; i + 1 < parts.Count; i++)
        {
            if (parts[i].Variable == LayoutVariable.Topic)
            {
                throw new FormatException("let {{topic}} end its folder: what follows could be part of a topic's name");
            }

            var fixedLength = parts[i].Variable is { } variable && Times.Contains(variable);
            if (parts[i].Variable is not null && !fixedLength && (parts[i + 1].Variable is not null || !"._-=".Contains(parts[i + 1].Text[0], StringComparison.Ordinal)))
            {
                throw new FormatException("put one of . _ - = or / after {{epoch}}, {{partition}} and {{start_offset}}");
            }
        }
    }
}
