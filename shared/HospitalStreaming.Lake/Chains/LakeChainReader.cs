using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Chains;

/// <summary>
/// Follows one stream's chain as readers and loaders do: the object that starts at an offset, then the one at its `next`. Where an object is filed
/// depends on its first record's day, which the reader does not know: the days are tried, nearest first.
/// </summary>
public static class LakeChainReader
{
    /// <summary>The chain's first object, or null where it has none.</summary>
    public static async Task<LakeObject?> FirstAsync(ILake lake, LakeStream stream, CancellationToken cancellation)
    {
        LakeObject? first = null;
        foreach (var day in await lake.DaysAsync(stream.Topic, cancellation))
        {
            // The first of any day is that day's earliest; timestamps may run backwards, so every day has a say.
            await foreach (var found in lake.ListAsync(stream, day, 0, cancellation))
            {
                first = first is null || found.Name.StartOffset < first.Name.StartOffset ? found : first;
                break;
            }
        }

        return first;
    }

    /// <summary>The object that starts exactly at an offset, or null where there is none yet.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="stream">The chain.</param>
    /// <param name="start">A `next`, or the first object's start.</param>
    /// <param name="near">The day of the object before it; tried first.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<LakeObject?> FindAsync(ILake lake, LakeStream stream, long start, DateOnly? near, CancellationToken cancellation)
    {
        if (near is { } hint && await lake.FindAsync(new(stream, hint, start, lake.Compression), cancellation) is { } quick)
        {
            return quick;
        }

        var days = await lake.DaysAsync(stream.Topic, cancellation);
        foreach (var day in days.Where(day => day != near).OrderBy(day => near is { } from ? Math.Abs(day.DayNumber - from.DayNumber) : -day.DayNumber))
        {
            if (await lake.FindAsync(new(stream, day, start, lake.Compression), cancellation) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The objects from a start on, each beginning where the one before it ended, until there is no further one.</summary>
    public static async IAsyncEnumerable<LakeObject> WalkAsync(
        ILake lake, LakeStream stream, long start, DateOnly? near, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await FindAsync(lake, stream, start, near, cancellation) is { } found)
        {
            yield return found;
            if (found.Manifest is not { } manifest || manifest.Next <= start)
            {
                throw new LakeDamageException($"{found.Name} does not say where the chain goes on; run `hospital verify`");
            }

            (start, near) = (manifest.Next, found.Name.Day);
        }
    }
}
