namespace HospitalStreaming.Core.Simulation;

/// <summary>How a medicine is taken; decides its doses.</summary>
internal enum MedicineForm
{
    Tablet,
    Capsule,
    Liquid,
    Inhaler,
    Injection,
    Cream,
    Drops,
}
