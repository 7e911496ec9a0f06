using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>What a load changes in the books of transactions.</summary>
/// <param name="Sequence">Number of the step, from 1, without gaps: of two loaders one takes it.</param>
/// <param name="Objects">Objects of the transaction topic that it takes in.</param>
/// <param name="Statements">What it writes.</param>
internal sealed record GateStep(long Sequence, IReadOnlyList<LakeObject> Objects, IReadOnlyList<string> Statements);
