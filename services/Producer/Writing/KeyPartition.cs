using System.Buffers.Binary;

namespace HospitalStreaming.Producer.Writing;

/// <summary>
/// The partition of a key by Java's default partitioner (murmur2, org.apache.kafka.common.utils.Utils), which every client of the line uses. Worked
/// out here, because the producer must know a record's partition before it sends it.
/// </summary>
internal static class KeyPartition
{
    public static int Of(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & 0x7FFFFFFF) % partitions;

    internal static uint Hash(ReadOnlySpan<byte> data)
    {
        const uint multiplier = 0x5BD1E995;
        var hash = 0x9747B28C ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * multiplier;
            word ^= word >> 24;
            hash = (hash * multiplier) ^ (word * multiplier);
        }

        for (var index = data.Length - 1; index >= 0; index--)
        {
            hash ^= (uint)data[index] << (8 * index);
        }

        if (data.Length > 0)
        {
            hash *= multiplier;
        }

        hash = (hash ^ (hash >> 13)) * multiplier;
        return hash ^ (hash >> 15);
    }
}
