namespace HospitalStreaming.Core.Simulation;

/// <summary>A patient's row at some version.</summary>
internal readonly record struct Patient(string FullName, DateOnly BirthDate, string Gender, string BloodType, string Contact, string Insurance);
