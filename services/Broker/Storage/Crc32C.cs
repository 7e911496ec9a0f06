using System.Buffers.Binary;
using System.Numerics;

namespace HospitalStreaming.Broker.Storage;

/// <summary>CRC-32C (Castagnoli), by the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(uint.MaxValue, bytes);

    /// <summary>Continues a running value: start with <see cref="uint.MaxValue"/>, complement at the end.</summary>
    public static uint Add(uint running, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            running = BitOperations.Crc32C(running, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var value in bytes)
        {
            running = BitOperations.Crc32C(running, value);
        }
        return running;
    }
}
