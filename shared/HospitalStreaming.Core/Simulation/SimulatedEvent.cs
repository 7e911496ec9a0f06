using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Core.Simulation;

/// <summary>One event of the stream.</summary>
/// <param name="Sequence">Its number, counted from 0; the last part of its event id.</param>
/// <param name="Event">What happened.</param>
/// <param name="IsHistory">Whether it belongs to the year before the live events.</param>
/// <param name="ResumeFrom">
/// The latest known checkpoint at least <see cref="HospitalSimulation.Window"/> events before this one: where a producer that knows no more than
/// this event enters again.
/// </param>
public readonly record struct SimulatedEvent(long Sequence, HospitalEvent Event, bool IsHistory, SimulationCheckpoint ResumeFrom);
