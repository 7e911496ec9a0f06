using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>All that one transaction writes.</summary>
/// <param name="Batches">Tables it touches.</param>
/// <param name="Positions">Partitions of which more is loaded, or applied, as they are then.</param>
/// <param name="Gate">Books of transactions; null where they stay as they are.</param>
/// <param name="LoadedMs">When the load began, milliseconds since 1970 UTC by the loader's clock.</param>
internal sealed record LoadStep(IReadOnlyList<TableBatch> Batches, IReadOnlyList<LoadPosition> Positions, GateStep? Gate, long LoadedMs)
{
    /// <summary>Heads that it moves, each by one.</summary>
    internal IEnumerable<(string Name, long Sequence)> Heads
    {
        get
        {
            var tables = Batches.Select(batch => (batch.Table.Name, batch.Claim.Sequence));
            return Gate is { } gate ? tables.Append((TopicNames.Transactions, gate.Sequence)) : tables;
        }
    }
}
