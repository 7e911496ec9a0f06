using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>How far the warehouse has loaded one chain of lake objects.</summary>
/// <param name="Stream">Change topic, stream epoch, partition.</param>
/// <param name="Next">The next object starts here: the last one's next.</param>
/// <param name="Rows">Records loaded so far.</param>
/// <param name="LastDay">Day under which the last object is filed; the next one is rarely far from it.</param>
public sealed record LoadPosition(LakeStream Stream, long Next, long Rows, DateOnly LastDay)
{
    /// <summary>Up to here its records are in current too; what lies between waits in raw until its transactions are whole.</summary>
    public long Applied { get; init; } = Next;

    /// <summary>Positions with these objects loaded, and nothing more applied. Of each chain in order and without a gap.</summary>
    internal static IReadOnlyList<LoadPosition> After(IReadOnlyList<LoadPosition> before, IEnumerable<LakeObject> objects)
    {
        var after = before.ToDictionary(position => position.Stream);
        foreach (var item in objects)
        {
            var (stream, manifest) = (item.Name.Stream, item.Manifest!);
            var at = after.GetValueOrDefault(stream) ?? new LoadPosition(stream, item.Name.StartOffset, 0, item.Name.Day);
            after[stream] = new LoadPosition(stream, manifest.Next, at.Rows + manifest.Rows, item.Name.Day) { Applied = at.Applied };
        }

        return [.. after.Values];
    }
}
