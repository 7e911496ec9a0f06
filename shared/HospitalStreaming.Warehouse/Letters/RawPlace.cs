namespace HospitalStreaming.Warehouse.Letters;

/// <summary>Place of a record in raw: the order in which a key's records take effect.</summary>
/// <param name="Load">Number of the load.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Offset">Offset.</param>
internal readonly record struct RawPlace(long Load, int Partition, long Offset) : IComparable<RawPlace>
{
    public int CompareTo(RawPlace other) => (Load, Partition, Offset).CompareTo((other.Load, other.Partition, other.Offset));
}
