using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Landing.Waiting;

/// <summary>One event on its way into a table: just read, or one that has been waiting.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="Key">Record key as it came.</param>
/// <param name="Value">Record value as it came.</param>
/// <param name="Event">What it says.</param>
/// <param name="ArrivedAt">When Landing first read it.</param>
internal sealed record Arrival(LogPosition Position, byte[] Key, byte[] Value, HospitalEvent Event, DateTimeOffset ArrivedAt)
{
    /// <summary>What it waits for as the books have it; null for an event just read.</summary>
    public Obstacle? WaitedFor { get; init; }

    /// <summary>Bytes it takes in the books.</summary>
    public int Bytes => Key.Length + Value.Length;
}
