using System.Buffers;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Arrays as PostgreSQL prints them: {1,NULL,3}, {"a","b,c",NULL,""}, nested braces; a leading [2:3]= for odd bounds is skipped.</summary>
internal static class ArrayValues
{
    public static void Write(JsonBuffer json, ReadOnlySpan<byte> text, PostgresType element, ValueModes modes)
    {
        if (text is [(byte)'[', ..])
        {
            text = text[(text.IndexOf((byte)'=') + 1)..];
        }

        var scratch = ArrayPool<byte>.Shared.Rent(text.Length + 1);
        try
        {
            Level(json, ref text, scratch, element, modes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch, clearArray: true);
        }
    }

    private static void Level(JsonBuffer json, ref ReadOnlySpan<byte> text, byte[] scratch, PostgresType element, ValueModes modes)
    {
        text = text[1..];
        json.Raw((byte)'[');
        var first = true;
        while (text[0] != (byte)'}')
        {
            if (!first)
            {
                json.Raw((byte)',');
                text = text[0] == (byte)',' ? text[1..] : throw new FormatException("PostgreSQL printed an array in an unknown style");
            }

            first = false;
            if (text[0] == (byte)'{')
            {
                Level(json, ref text, scratch, element, modes);
                continue;
            }

            Item(json, ref text, scratch, element, modes);
        }

        text = text[1..];
        json.Raw((byte)']');
    }

    private static void Item(JsonBuffer json, ref ReadOnlySpan<byte> text, byte[] scratch, PostgresType element, ValueModes modes)
    {
        if (text[0] != (byte)'"')
        {
            var end = text.IndexOfAny((byte)',', (byte)'}');
            var plain = text[..end];
            text = text[end..];
            if (plain.SequenceEqual("NULL"u8))
            {
                json.Null();
                return;
            }

            ValueWriter.Write(json, plain, element, modes);
            return;
        }

        var length = 0;
        var at = 1;
        for (; text[at] != (byte)'"'; at++)
        {
            at += text[at] == (byte)'\\' ? 1 : 0;
            scratch[length++] = text[at];
        }

        text = text[(at + 1)..];
        ValueWriter.Write(json, scratch.AsSpan(0, length), element, modes);
    }
}
