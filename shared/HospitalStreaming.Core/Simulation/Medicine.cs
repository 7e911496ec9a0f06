namespace HospitalStreaming.Core.Simulation;

/// <summary>One medicine of the formulary.</summary>
/// <param name="Name">Generic name and strength.</param>
/// <param name="Category">Class of medicine.</param>
/// <param name="Manufacturer">Who makes it.</param>
/// <param name="PriceCents">First price of a unit, in cents.</param>
/// <param name="Form">How it is taken.</param>
internal sealed record Medicine(string Name, string Category, string Manufacturer, int PriceCents, MedicineForm Form);
