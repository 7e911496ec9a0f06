namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>bytea (printed as \x and hexadecimal digits), bit strings and points.</summary>
internal static class BinaryValues
{
    public static void Bytes(JsonBuffer json, ReadOnlySpan<byte> text, BinaryHandlingMode mode)
    {
        var hex = text.StartsWith("\\x"u8) ? text[2..] : throw new FormatException("PostgreSQL printed bytea in another style than hex");
        if (mode == BinaryHandlingMode.Hex)
        {
            json.Text(hex);
            return;
        }

        var bytes = Convert.FromHexString(System.Text.Encoding.ASCII.GetString(hex));
        Write(json, bytes, mode);
    }

    public static void Unavailable(JsonBuffer json, BinaryHandlingMode mode)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(ChangeFields.UnavailableValue);
        if (mode == BinaryHandlingMode.Hex)
        {
            json.Text(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
            return;
        }

        Write(json, bytes, mode);
    }

    /// <summary>bit(1) as a boolean; longer ones as bytes, the last bit printed being the lowest bit of the first byte.</summary>
    public static void Bits(JsonBuffer json, ReadOnlySpan<byte> text, int modifier)
    {
        if (modifier == 1)
        {
            json.Raw(text is [(byte)'1'] ? "true"u8 : "false"u8);
            return;
        }

        var bytes = new byte[(text.Length + 7) / 8];
        for (var bit = 0; bit < text.Length; bit++)
        {
            if (text[text.Length - 1 - bit] == (byte)'1')
            {
                bytes[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }

        json.Base64(bytes);
    }

    /// <summary>(1.5,-2) as x, y and well-known binary.</summary>
    public static void Point(JsonBuffer json, ReadOnlySpan<byte> text)
    {
        var comma = text.IndexOf((byte)',');
        var x = text[1..comma];
        var y = text[(comma + 1)..^1];
        Span<byte> binary = stackalloc byte[21];
        binary[0] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(binary[1..], 1);
        System.Buffers.Text.Utf8Parser.TryParse(x, out double first, out _);
        System.Buffers.Text.Utf8Parser.TryParse(y, out double second, out _);
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(binary[5..], first);
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(binary[13..], second);
        json.Raw("{\"x\":"u8);
        NumberValues.Float(json, x);
        json.Raw(",\"y\":"u8);
        NumberValues.Float(json, y);
        json.Raw(",\"wkb\":"u8);
        json.Base64(binary);
        json.Raw(",\"srid\":null}"u8);
    }

    private static void Write(JsonBuffer json, ReadOnlySpan<byte> bytes, BinaryHandlingMode mode)
    {
        if (mode == BinaryHandlingMode.Base64UrlSafe)
        {
            var text = Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');
            json.Text(System.Text.Encoding.ASCII.GetBytes(text));
            return;
        }

        json.Base64(bytes);
    }
}
