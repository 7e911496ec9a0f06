using System.Buffers.Binary;
using HospitalStreaming.Lake.Gcs;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

public sealed class Crc32CTests
{
    private const int ThreeStretches = 3 * 4096;

    [Fact]
    public void It_is_the_polynomials_remainder_for_lengths_around_every_step()
    {
        var random = new Random(20261121);
        int[] around = [0, 1, 7, 8, 9, 4095, 4096, ThreeStretches - 1, ThreeStretches, ThreeStretches + 1, (2 * ThreeStretches) - 8, 2 * ThreeStretches, (2 * ThreeStretches) + 13];
        foreach (var length in around)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            Crc32C.Of(bytes).ShouldBe(BitByBit(bytes), $"{length} bytes");
        }
    }

    [Fact]
    public void It_is_the_check_value_of_the_standard() => Crc32C.Of("123456789"u8).ShouldBe(Text(0xE3069283));

    private static string BitByBit(byte[] bytes)
    {
        const uint Polynomial = 0x82F63B78;
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
            }
        }

        return Text(~crc);
    }

    private static string Text(uint crc)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, crc);
        return Convert.ToBase64String(bytes);
    }
}
