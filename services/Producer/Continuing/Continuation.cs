using HospitalStreaming.Core.Simulation;

namespace HospitalStreaming.Producer.Continuing;

/// <summary>Where to enter the stream, and what each partition has already.</summary>
/// <param name="Settings">The stream.</param>
/// <param name="Enter">Checkpoint to generate from.</param>
/// <param name="Has">Number of the last event of each partition, -1 for none: what is not above it has been written.</param>
/// <param name="Partitions">Partitions of each topic.</param>
/// <param name="Floor">Every event up to this one has been written; -1 at the beginning.</param>
internal sealed record Continuation(
    SimulationSettings Settings,
    SimulationCheckpoint Enter,
    IReadOnlyDictionary<(string Topic, int Partition), long> Has,
    IReadOnlyDictionary<string, int> Partitions,
    long Floor);
