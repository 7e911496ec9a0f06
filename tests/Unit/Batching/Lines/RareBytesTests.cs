using System.Text;
using HospitalStreaming.Core.Batching.Lines;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

public sealed class RareBytesTests
{
    [Fact]
    public void Each_kind_is_found_at_any_place_of_any_length_and_nothing_else_is()
    {
        foreach (var length in Enumerable.Range(1, 140))
        {
            var plain = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"au\":\"\\n\u007f ~u\"}", 10)))[..length];
            RareBytes.In(plain).ShouldBe(RareBytes.None, $"{length}");
            for (var at = 0; at < length; at++)
            {
                Found(plain, at, 0).Control.ShouldBeTrue($"{at} of {length}");
                Found(plain, at, 31).ShouldBe(RareBytes.None with { Control = true }, $"{at} of {length}");
                Found(plain, at, 128).ShouldBe(RareBytes.None with { NonAscii = true }, $"{at} of {length}");
                Found(plain, at, 255).NonAscii.ShouldBeTrue($"{at} of {length}");
                if (at + 1 < length)
                {
                    Found(plain, at, (byte)'\\', (byte)'u').ShouldBe(RareBytes.None with { EscapedUnit = true }, $"{at} of {length}");
                }
            }
        }
    }

    private static RareBytes Found(byte[] plain, int at, params byte[] rare)
    {
        byte[] bytes = [.. plain];
        rare.CopyTo(bytes, at);

        // A backslash that the text has before the place would make another pair with what was put there; those are counted in the pair's own turn.
        if (at > 0 && bytes[at - 1] == '\\' && bytes[at] != '\\')
        {
            bytes[at - 1] = (byte)'x';
        }

        return RareBytes.In(bytes);
    }
}
