using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>
/// Ids of Synthea's rows: 2^51 plus the first 51 bits of the SHA-256 of their UUID. The same in every load, far above the simulation's ids, and
/// small enough for a JavaScript number.
/// </summary>
internal static class SyntheaId
{
    private const int Bits = 51;

    public static long Of(string natural)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(natural.ToLowerInvariant()), hash);
        return (1L << Bits) + (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> (64 - Bits));
    }
}
