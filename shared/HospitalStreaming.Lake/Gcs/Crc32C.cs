using System.Buffers.Binary;
using System.Numerics;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>
/// CRC-32C (Castagnoli, RFC 4960 appendix B) as Cloud Storage writes it: base64 of the four bytes, big-endian. The processor's instruction must
/// wait for its own result, so three stretches are summed side by side and then joined.
/// </summary>
internal static class Crc32C
{
    private const int StretchBytes = 4096;

    /// <summary>What a checksum becomes when a stretch of zeros follows, a byte of it at a time: checksums are linear (x ⊕ y gives f(x) ⊕ f(y)).</summary>
    private static readonly uint[] OverStretch = Zeros();

    internal static string Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 3 * StretchBytes)
        {
            crc = ThreeStretches(crc, bytes);
            bytes = bytes[(3 * StretchBytes)..];
        }

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

    private static uint ThreeStretches(uint crc, ReadOnlySpan<byte> bytes)
    {
        var one = bytes[..StretchBytes];
        var two = bytes.Slice(StretchBytes, StretchBytes);
        var three = bytes.Slice(2 * StretchBytes, StretchBytes);
        var (second, third) = (0U, 0U);
        for (var i = 0; i <= StretchBytes - sizeof(ulong); i += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(one[i..]));
            second = BitOperations.Crc32C(second, BinaryPrimitives.ReadUInt64LittleEndian(two[i..]));
            third = BitOperations.Crc32C(third, BinaryPrimitives.ReadUInt64LittleEndian(three[i..]));
        }

        return Over(Over(crc) ^ second) ^ third;
    }

    private static uint Over(uint crc) =>
        OverStretch[crc & 255] ^ OverStretch[256 + ((crc >> 8) & 255)] ^ OverStretch[512 + ((crc >> 16) & 255)] ^ OverStretch[768 + (crc >> 24)];

    private static uint[] Zeros()
    {
        var table = new uint[4 * 256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = (uint)(i & 255) << (i / 256 * 8);
            for (var zeros = 0; zeros < StretchBytes; zeros += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }

            table[i] = crc;
        }

        return table;
    }
}
