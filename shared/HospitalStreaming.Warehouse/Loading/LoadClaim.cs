using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// What one load takes in: exact objects, as their manifests describe them, in chain order. Per partition it starts where the last one ended,
/// so that a replay of the whole lake loads nothing twice.
/// </summary>
/// <param name="Objects">Objects of any number of change topics, each with its manifest; each partition's in offset order, without gap.</param>
public sealed record LoadClaim(IReadOnlyList<LakeObject> Objects)
{
    /// <summary>Records it takes in.</summary>
    public long Rows => Objects.Sum(item => (long)item.Manifest!.Rows);

    /// <summary>Says whether it goes on where the warehouse is, each chain without a gap.</summary>
    /// <exception cref="LoadFencedException">Another loader was faster.</exception>
    internal void CheckStart(IReadOnlyList<LoadPosition> positions)
    {
        foreach (var chain in Objects.GroupBy(item => item.Name.Stream))
        {
            var next = chain.First().Name.StartOffset;
            if (positions.FirstOrDefault(position => position.Stream == chain.Key) is { } position && position.Next != next)
            {
                throw new LoadFencedException($"{chain.Key} was loaded further already, or not up to {next}");
            }

            foreach (var item in chain)
            {
                next = item.Name.StartOffset == next
                    ? item.Manifest!.Next
                    : throw new ArgumentException($"the claim has a gap: {chain.Key} goes on at {next}, not at {item.Name.StartOffset}");
            }
        }
    }

    /// <summary>Its objects by change topic.</summary>
    public IEnumerable<IGrouping<string, LakeObject>> ByTopic => Objects.GroupBy(item => item.Name.Stream.Topic);
}
