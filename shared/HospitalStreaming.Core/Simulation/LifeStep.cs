namespace HospitalStreaming.Core.Simulation;

/// <summary>One step of a visit's life: one event.</summary>
/// <param name="At">When, in microseconds since the stream's beginning.</param>
/// <param name="Kind">What.</param>
/// <param name="Number">Which prescription of the visit (0 to 2), or the id of the patient or medicine that changes.</param>
/// <param name="Version">Which change of that patient or medicine it is, from 1.</param>
internal readonly record struct LifeStep(long At, StepKind Kind, long Number = 0, int Version = 0);
