using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake;

/// <summary>Finds the folders that objects can lie in: where a template's variable is not known, the folders that exist are looked through.</summary>
internal static class LakeFolders
{
    /// <summary>Folders with their slash, and what each one's name says.</summary>
    /// <param name="layout">The lake's layout.</param>
    /// <param name="known">What is looked for.</param>
    /// <param name="children">Names of the folders directly below a prefix.</param>
    internal static async Task<List<(string Prefix, LakeSlot Slot)>> ExpandAsync(LakeLayout layout, LakeSlot known, Func<string, Task<IReadOnlyList<string>>> children)
    {
        List<(string Prefix, LakeSlot Slot)> folders = [(string.Empty, known)];
        foreach (var segment in layout.Folders)
        {
            var deeper = new List<(string Prefix, LakeSlot Slot)>();
            foreach (var (prefix, slot) in folders)
            {
                if (segment.Fill(slot) is { } text)
                {
                    deeper.Add(($"{prefix}{text}/", slot));
                    continue;
                }

                foreach (var child in await children(prefix))
                {
                    if (segment.Match(child, slot) is { } more)
                    {
                        deeper.Add(($"{prefix}{child}/", more));
                    }
                }
            }

            folders = deeper;
        }

        return folders;
    }

    /// <summary>Days under which a topic has objects, oldest first; one that stands for all where the layout has no date.</summary>
    internal static async Task<IReadOnlyList<DateOnly>> DaysAsync(LakeLayout layout, string topic, Func<string, Task<IReadOnlyList<string>>> children) =>
        [.. (await ExpandAsync(layout, new LakeSlot { Topic = topic }, children)).Select(folder => layout.DayOf(folder.Slot)).OfType<DateOnly>().Distinct().Order()];

    /// <summary>Folders of a stream's objects of one day.</summary>
    internal static Task<List<(string Prefix, LakeSlot Slot)>> OfDayAsync(LakeLayout layout, LakeStream stream, DateOnly day, Func<string, Task<IReadOnlyList<string>>> children) =>
        ExpandAsync(layout, default(LakeSlot).With(stream).With(day), children);

    /// <summary>The names an object can have in this layout: one, or one for each hour that has a folder.</summary>
    internal static async Task<IReadOnlyList<LakeObjectName>> NamesAsync(LakeLayout layout, LakeObjectName name, Func<string, Task<IReadOnlyList<string>>> children)
    {
        var ours = name.Layout.Equals(layout) ? name : name with { Layout = layout, Day = layout.DayOf(name.Day), Hour = null };
        return !layout.HasHours || ours.Hour is not null
            ? [ours]
            : [.. (await OfDayAsync(layout, name.Stream, name.Day, children)).Select(folder => ours with { Hour = folder.Slot.Hour })];
    }
}
