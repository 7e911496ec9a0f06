namespace HospitalStreaming.Lake.Compacting;

/// <summary>Which objects of a chain make larger ones.</summary>
internal static class CompactionGroups
{
    /// <summary>
    /// Neighbours in the log that lie in one folder and fit together. An object alone stays as it is: it would only be copied.
    /// </summary>
    /// <param name="chain">The chain's objects in log order.</param>
    /// <param name="next">The warehouse has finished with everything below.</param>
    /// <param name="options">What is compacted.</param>
    internal static IEnumerable<IReadOnlyList<LakeObject>> Of(IReadOnlyList<LakeObject> chain, long next, CompactionOptions options)
    {
        var group = new List<LakeObject>();
        var bytes = 0L;

        // The chain's last object stays whole, whatever the warehouse has done with it: a writer whose reply was lost still compares itself with it.
        foreach (var item in chain.SkipLast(1))
        {
            var taken = item is { Manifest: { } manifest, Part: null, HasItsLength: true } && manifest.Next <= next && item.Name.Day <= options.Until;
            if (group.Count > 0 && (!taken || !Follows(group[^1], item) || bytes + item.Manifest!.StoredBytes > options.TargetBytes))
            {
                if (group.Count > 1)
                {
                    yield return group;
                }

                (group, bytes) = ([], 0);
            }

            if (taken)
            {
                group.Add(item);
                bytes += item.Manifest!.StoredBytes;
            }
        }

        if (group.Count > 1)
        {
            yield return group;
        }
    }

    private static bool Follows(LakeObject before, LakeObject item) =>
        before.Manifest!.Next == item.Name.StartOffset && before.Name.Day == item.Name.Day && before.Name.Hour == item.Name.Hour;
}
