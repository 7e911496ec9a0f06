using System.Buffers.Binary;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Hashes of names. Names come again with every record, so the last ones are kept: to compare a name costs less than to hash it.
/// </summary>
internal sealed class NameHashes
{
    private const int PlaceBits = 9;
    private const int LongestKept = 64;
    private readonly (byte[]? Name, ulong Hash)[] _kept = new (byte[]?, ulong)[1 << PlaceBits];

    /// <summary>FNV-1a, then mixed, so that sums of hashes stay apart.</summary>
    internal static ulong Compute(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in bytes)
        {
            hash = (hash ^ one) * 1099511628211UL;
        }

        return Mix(hash);
    }

    internal static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }

    /// <summary>What <see cref="Compute"/> gives.</summary>
    internal ulong Of(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > LongestKept)
        {
            return Compute(name);
        }

        ref var kept = ref _kept[Place(name)];
        if (!name.SequenceEqual(kept.Name))
        {
            kept = (name.ToArray(), Compute(name));
        }

        return kept.Hash;
    }

    /// <summary>From the two ends and the length: names that meet here only cost time.</summary>
    private static int Place(ReadOnlySpan<byte> name)
    {
        var (first, last) = name.Length >= sizeof(uint)
            ? (BinaryPrimitives.ReadUInt32LittleEndian(name), BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]))
            : (name[0], name[^1]);
        return (int)(((first ^ uint.RotateLeft(last, 13) ^ (uint)name.Length) * 2654435769U) >> (32 - PlaceBits));
    }
}
