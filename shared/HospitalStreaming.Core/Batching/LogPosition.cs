using System.Globalization;

namespace HospitalStreaming.Core.Batching;

/// <summary>A record's place in a topic's log. Offsets may be sparse: test the next offset, never a count.</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Partition">Partition, from 0.</param>
/// <param name="Offset">Offset within the partition, from 0.</param>
public readonly record struct LogPosition(string Topic, int Partition, long Offset)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}[{Partition}]@{Offset}");
}
