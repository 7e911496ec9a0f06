using System.Buffers.Text;
using System.Text.Unicode;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Which bytes may stand in a line as they are: one JSON value in valid UTF-8, on one line, without space around it, not the word null (which
/// means no bytes), nested at most 64 deep, no half surrogate pairs (which loaders refuse). What is embedded comes out byte for byte.
/// </summary>
internal static class EmbeddableJson
{
    internal const int MaxDepth = 64;

    internal static bool Check(ReadOnlySpan<byte> bytes)
    {
        if (!IsPlain(bytes))
        {
            return false;
        }

        var walk = new JsonWalk(bytes);
        while (walk.Next())
        {
        }

        return walk.IsWhole;
    }

    /// <summary>All of it but the grammar, which a caller may check while it reads.</summary>
    internal static bool IsPlain(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || IsSpace(bytes[0]) || IsSpace(bytes[^1]) || bytes.SequenceEqual("null"u8))
        {
            return false;
        }

        var rare = RareBytes.In(bytes);
        return rare == RareBytes.None
            || ((!rare.Control || !bytes.ContainsAny((byte)'\n', (byte)'\r'))
                && (!rare.NonAscii || Utf8.IsValid(bytes))
                && (!rare.EscapedUnit || !HasHalfSurrogate(bytes)));
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t';

    private static bool HasHalfSurrogate(ReadOnlySpan<byte> bytes)
    {
        var expectsLow = false;
        while (true)
        {
            var at = bytes.IndexOf((byte)'\\');
            if (at < 0 || bytes.Length < at + 2)
            {
                return expectsLow;
            }

            if (expectsLow && at > 0)
            {
                return true;
            }

            if (bytes[at + 1] != (byte)'u')
            {
                if (expectsLow)
                {
                    return true;
                }

                bytes = bytes[(at + 2)..];
                continue;
            }

            if (bytes.Length < at + 6 || !Utf8Parser.TryParse(bytes.Slice(at + 2, 4), out ushort unit, out var read, 'x') || read != 4)
            {
                // Not JSON at all: the parser says so.
                return false;
            }

            if (expectsLow != (unit is >= 0xDC00 and <= 0xDFFF))
            {
                return true;
            }

            expectsLow = unit is >= 0xD800 and <= 0xDBFF;
            bytes = bytes[(at + 6)..];
        }
    }
}
