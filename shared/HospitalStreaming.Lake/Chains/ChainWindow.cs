using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Chains;

/// <summary>Lists the end of a chain: enough of it to know its head and to see that the committed offset lies on it.</summary>
public static class ChainWindow
{
    /// <summary>How far below the committed offset its object is looked for at first: objects hold fewer rows than this.</summary>
    private const long Reach = 100_000;

    /// <summary>
    /// The chain's objects in log order, from one that starts before the committed offset on; all of them where none was committed or none lies
    /// before it. Days are read newest first, and one further than needed, as timestamps may run backwards around midnight.
    /// </summary>
    /// <exception cref="LakeDamageException">An object of the window carries no manifest.</exception>
    public static async Task<IReadOnlyList<LakeObject>> ReadAsync(ILake lake, LakeStream stream, long? committed, CancellationToken cancellation)
    {
        var days = await lake.DaysAsync(stream.Topic, cancellation);
        if (committed is { } anchor && anchor > 0)
        {
            var near = await ReadAsync(lake, stream, days, Math.Max(0, anchor - Reach), anchor, cancellation);
            if (near.Count > 0 && near[0].Name.StartOffset < anchor && !ChainTiling.FaultsOf(SpansOf(near)).Any())
            {
                return near;
            }
        }

        return await ReadAsync(lake, stream, days, 0, null, cancellation);
    }

    /// <summary>The parts of a log that objects hold.</summary>
    public static IReadOnlyList<LakeSpan> SpansOf(IEnumerable<LakeObject> objects) =>
        [.. objects.Select(found => new LakeSpan(found.Name.StartOffset, ManifestOf(found).Next))];

    private static async Task<List<LakeObject>> ReadAsync(
        ILake lake, LakeStream stream, IReadOnlyList<DateOnly> days, long from, long? anchor, CancellationToken cancellation)
    {
        var objects = new List<LakeObject>();
        var daysLeft = int.MaxValue;
        foreach (var day in days.Reverse())
        {
            if (daysLeft-- == 0)
            {
                break;
            }

            var reached = false;
            await foreach (var found in lake.ListAsync(stream, day, from, cancellation))
            {
                objects.Add(found);
                reached |= found.Name.StartOffset < anchor;
            }

            if (reached)
            {
                daysLeft = Math.Min(daysLeft, 1);
            }
        }

        objects.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        return objects;
    }

    private static LakeManifest ManifestOf(LakeObject found) =>
        found.Manifest ?? throw new LakeDamageException($"{found.Name} carries no manifest and none can be made: it is damaged; run `hospital verify`");
}
