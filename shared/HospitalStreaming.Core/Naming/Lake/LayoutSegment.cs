using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>One part of a path template between slashes: text and variables.</summary>
public sealed class LayoutSegment
{
    private readonly IReadOnlyList<(string Text, LayoutVariable? Variable)> _parts;
    private readonly Regex _pattern;

    internal LayoutSegment(IReadOnlyList<(string Text, LayoutVariable? Variable)> parts)
    {
        _parts = parts;
        _pattern = new Regex("^" + string.Concat(parts.Select(part => part.Variable is { } variable ? $"(?<{variable}>{PatternOf(variable)})" : Regex.Escape(part.Text))) + "$", RegexOptions.CultureInvariant);
    }

    internal IEnumerable<LayoutVariable> Variables => _parts.Where(part => part.Variable is not null).Select(part => part.Variable!.Value);

    /// <summary>The segment's text; null where a variable is not known.</summary>
    public string? Fill(LakeSlot slot) => FillUntil(slot, null);

    /// <summary>What is known and reads the same in a text; null where the text has another form or says otherwise.</summary>
    public LakeSlot? Match(string text, LakeSlot known)
    {
        var match = _pattern.Match(text);
        if (!match.Success)
        {
            return null;
        }

        var slot = known;
        foreach (var variable in Variables)
        {
            var value = match.Groups[variable.ToString()].Value;
            slot = variable switch
            {
                LayoutVariable.Topic => slot with { Topic = value },
                LayoutVariable.Epoch => slot with { Epoch = value },
                LayoutVariable.Partition => slot with { Partition = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) ? partition : null },
                LayoutVariable.StartOffset => slot with { StartOffset = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null },
                LayoutVariable.Year => slot with { Year = Number(value) },
                LayoutVariable.Month => slot with { Month = Number(value) },
                LayoutVariable.Day => slot with { Day = Number(value) },
                _ => slot with { Hour = Number(value) },
            };
        }

        return Agree(slot, known) && Fill(slot) == text ? slot : null;
    }

    /// <summary>The text before a variable; null where one in front of it is not known.</summary>
    internal string? FillUntil(LakeSlot slot, LayoutVariable? end)
    {
        var text = new StringBuilder();
        foreach (var (literal, variable) in _parts)
        {
            if (variable is { } wanted && wanted == end)
            {
                break;
            }

            if (variable is null)
            {
                text.Append(literal);
            }
            else if (TextOf(variable.Value, slot) is { } value)
            {
                text.Append(value);
            }
            else
            {
                return null;
            }
        }

        return text.ToString();
    }

    private static bool Agree(LakeSlot slot, LakeSlot known) =>
        (known.Topic ?? slot.Topic) == slot.Topic && (known.Epoch ?? slot.Epoch) == slot.Epoch && (known.Partition ?? slot.Partition) == slot.Partition
        && (known.Year ?? slot.Year) == slot.Year && (known.Month ?? slot.Month) == slot.Month && (known.Day ?? slot.Day) == slot.Day
        && (known.Hour ?? slot.Hour) == slot.Hour && (known.StartOffset ?? slot.StartOffset) == slot.StartOffset;

    private static string? TextOf(LayoutVariable variable, LakeSlot slot) => variable switch
    {
        LayoutVariable.Topic => slot.Topic,
        LayoutVariable.Epoch => slot.Epoch,
        LayoutVariable.Partition => slot.Partition?.ToString(CultureInfo.InvariantCulture),
        LayoutVariable.StartOffset => slot.StartOffset?.ToString("D20", CultureInfo.InvariantCulture),
        LayoutVariable.Year => slot.Year?.ToString("D4", CultureInfo.InvariantCulture),
        LayoutVariable.Month => slot.Month?.ToString("D2", CultureInfo.InvariantCulture),
        LayoutVariable.Day => slot.Day?.ToString("D2", CultureInfo.InvariantCulture),
        _ => slot.Hour?.ToString("D2", CultureInfo.InvariantCulture),
    };

    private static string PatternOf(LayoutVariable variable) => variable switch
    {
        LayoutVariable.Topic => "[A-Za-z0-9._-]{1,249}",
        LayoutVariable.Epoch => "[a-z0-9]{1,32}",
        LayoutVariable.Partition => "[0-9]{1,10}",
        LayoutVariable.StartOffset => "[0-9]{20}",
        LayoutVariable.Year => "[0-9]{4}",
        _ => "[0-9]{2}",
    };

    private static int Number(string digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
