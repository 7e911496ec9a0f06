using HospitalStreaming.Core.Simulation;

namespace HospitalStreaming.Producer.Continuing;

/// <summary>An event of the stream that the broker has.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Mark">What it says of its stream.</param>
internal sealed record StreamPoint(long Sequence, SimulationMark Mark);
