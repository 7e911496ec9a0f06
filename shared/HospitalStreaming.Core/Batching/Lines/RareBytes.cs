using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>What one quick look at bytes finds of that which most JSON texts do not have, and which asks for a closer look.</summary>
/// <param name="Control">Control characters, line ends among them.</param>
/// <param name="NonAscii">Bytes above 127.</param>
/// <param name="EscapedUnit">A backslash before a u, as in \u00e9; maybe as part of an escaped backslash.</param>
internal readonly record struct RareBytes(bool Control, bool NonAscii, bool EscapedUnit)
{
    private const byte LastControl = 31;

    internal static RareBytes None { get; }

    internal static RareBytes In(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= Vector128<byte>.Count)
        {
            return OneByOne(bytes);
        }

        return bytes.Length <= Vector256<byte>.Count ? By16(bytes) : By32(bytes);
    }

    private static RareBytes OneByOne(ReadOnlySpan<byte> bytes)
    {
        var (all, control, unit) = (0, false, false);
        for (var i = 0; i < bytes.Length; i++)
        {
            all |= bytes[i];
            control |= bytes[i] <= LastControl;
            unit |= bytes[i] == '\\' && i + 1 < bytes.Length && bytes[i + 1] == 'u';
        }

        return new(control, all > sbyte.MaxValue, unit);
    }

    /// <summary>Each step looks at the bytes after its own too; the last one ends with the text and may go over some bytes again.</summary>
    private static RareBytes By16(ReadOnlySpan<byte> bytes)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var (all, control, unit) = (Vector128<byte>.Zero, Vector128<byte>.Zero, Vector128<byte>.Zero);
        var last = (nuint)(bytes.Length - Vector128<byte>.Count - 1);
        for (nuint at = 0; ; at = Math.Min(at + (nuint)Vector128<byte>.Count, last))
        {
            var here = Vector128.LoadUnsafe(ref first, at);
            all |= here;
            control |= Vector128.Equals(Vector128.Min(here, Vector128.Create(LastControl)), here);
            unit |= Vector128.Equals(here, Vector128.Create((byte)'\\')) & Vector128.Equals(Vector128.LoadUnsafe(ref first, at + 1), Vector128.Create((byte)'u'));
            if (at == last)
            {
                return Sum(control != Vector128<byte>.Zero, all.ExtractMostSignificantBits() != 0, unit != Vector128<byte>.Zero, bytes[^1]);
            }
        }
    }

    private static RareBytes By32(ReadOnlySpan<byte> bytes)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var (all, control, unit) = (Vector256<byte>.Zero, Vector256<byte>.Zero, Vector256<byte>.Zero);
        var last = (nuint)(bytes.Length - Vector256<byte>.Count - 1);
        for (nuint at = 0; ; at = Math.Min(at + (nuint)Vector256<byte>.Count, last))
        {
            var here = Vector256.LoadUnsafe(ref first, at);
            all |= here;
            control |= Vector256.Equals(Vector256.Min(here, Vector256.Create(LastControl)), here);
            unit |= Vector256.Equals(here, Vector256.Create((byte)'\\')) & Vector256.Equals(Vector256.LoadUnsafe(ref first, at + 1), Vector256.Create((byte)'u'));
            if (at == last)
            {
                return Sum(control != Vector256<byte>.Zero, all.ExtractMostSignificantBits() != 0, unit != Vector256<byte>.Zero, bytes[^1]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RareBytes Sum(bool control, bool nonAscii, bool unit, byte end) => new(control || end <= LastControl, nonAscii || end > sbyte.MaxValue, unit);
}
