namespace HospitalStreaming.Core.Simulation;

/// <summary>What a series of chance is for; series never influence each other.</summary>
internal static class ChanceStream
{
    public const ulong Doctor = 1;
    public const ulong Person = 2;
    public const ulong Contact = 3;
    public const ulong Insurance = 4;
    public const ulong Price = 5;
    public const ulong Arrival = 6;
    public const ulong Visit = 7;
    public const ulong Day = 8;
}
