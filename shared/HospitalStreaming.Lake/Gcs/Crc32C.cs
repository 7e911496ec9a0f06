using System.Buffers.Binary;
using System.Numerics;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>CRC-32C (Castagnoli, RFC 4960 appendix B) as Cloud Storage writes it: base64 of the four bytes, big-endian.</summary>
internal static class Crc32C
{
    internal static string Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        Span<byte> text = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(text, ~crc);
        return Convert.ToBase64String(text);
    }
}
