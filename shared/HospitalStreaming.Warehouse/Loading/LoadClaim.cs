namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// What one load takes in: exact objects in chain order. Per partition it starts where the last one ended, so that a replay of the whole lake
/// loads nothing twice.
/// </summary>
/// <param name="Objects">Objects of any number of change topics; each partition's in offset order, each starting where the one before ended.</param>
public sealed record LoadClaim(IReadOnlyList<ClaimedObject> Objects)
{
    /// <summary>Records it takes in.</summary>
    public long Rows => Objects.Sum(item => item.Rows);
}
