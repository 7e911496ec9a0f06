namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>hstore as PostgreSQL prints it: "k"=>"v", "n"=>NULL.</summary>
internal static class HstoreValues
{
    public static void Write(JsonBuffer json, ReadOnlySpan<byte> text, HstoreHandlingMode mode)
    {
        if (mode == HstoreHandlingMode.Map)
        {
            Object(json, text);
            return;
        }

        var inner = new JsonBuffer();
        Object(inner, text);
        json.Text(inner.Written);
    }

    private static void Object(JsonBuffer json, ReadOnlySpan<byte> text)
    {
        json.Raw((byte)'{');
        var first = true;
        while (!text.IsEmpty)
        {
            if (!first)
            {
                json.Raw((byte)',');
                text = text[2..];
            }

            first = false;
            Quoted(json, ref text);
            json.Raw((byte)':');
            text = text[2..];
            if (text[0] == (byte)'"')
            {
                Quoted(json, ref text);
            }
            else
            {
                json.Null();
                text = text[4..];
            }
        }

        json.Raw((byte)'}');
    }

    private static void Quoted(JsonBuffer json, ref ReadOnlySpan<byte> text)
    {
        var plain = new byte[text.Length];
        var length = 0;
        var at = 1;
        for (; text[at] != (byte)'"'; at++)
        {
            at += text[at] == (byte)'\\' ? 1 : 0;
            plain[length++] = text[at];
        }

        text = text[(at + 1)..];
        json.Text(plain.AsSpan(0, length));
    }
}
