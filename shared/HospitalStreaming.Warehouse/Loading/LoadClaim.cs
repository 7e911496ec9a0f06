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

    /// <summary>Its objects by change topic.</summary>
    public IEnumerable<IGrouping<string, LakeObject>> ByTopic => Objects.GroupBy(item => item.Name.Stream.Topic);
}
