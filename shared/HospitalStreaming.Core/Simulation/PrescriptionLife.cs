namespace HospitalStreaming.Core.Simulation;

/// <summary>One prescription of a visit.</summary>
/// <param name="MedicineId">The medicine.</param>
/// <param name="Dosage">Dose.</param>
/// <param name="Duration">How long.</param>
/// <param name="PrescribedAt">When, in microseconds since the stream's beginning.</param>
internal readonly record struct PrescriptionLife(int MedicineId, string Dosage, string Duration, long PrescribedAt);
