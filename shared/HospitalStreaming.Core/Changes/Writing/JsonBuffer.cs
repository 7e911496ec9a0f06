using System.Buffers;
using System.Buffers.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>
/// A growing buffer of JSON text, written as Kafka Connect's JsonConverter writes it: no white space, characters beyond the basic plane as two
/// escapes, everything else that JSON allows as UTF-8.
/// </summary>
public sealed class JsonBuffer
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\', 0xF0, 0xF1, 0xF2, 0xF3, 0xF4,
    ]);

    private byte[] _bytes = new byte[4096];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Starts anew. A buffer that one huge row has grown is let go.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > 1024 * 1024)
        {
            _bytes = new byte[4096];
        }
    }

    /// <summary>Drops what was written after that length.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Adds JSON as it is.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        Length += json.Length;
    }

    /// <summary>Adds one byte as it is.</summary>
    public void Raw(byte json)
    {
        Reserve(1)[0] = json;
        Length++;
    }

    /// <summary>Adds null.</summary>
    public void Null() => Raw("null"u8);

    /// <summary>Adds a whole number.</summary>
    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    /// <summary>Adds a whole number.</summary>
    public void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    /// <summary>Adds UTF-8 text as a JSON string.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Raw((byte)'"');
        while (true)
        {
            var at = utf8.IndexOfAny(Special);
            if (at < 0)
            {
                Raw(utf8);
                break;
            }

            Raw(utf8[..at]);
            utf8 = utf8[at..];
            var taken = Escape(utf8);
            utf8 = utf8[taken..];
        }

        Raw((byte)'"');
    }

    /// <summary>Adds bytes as base64 text.</summary>
    public void Base64(ReadOnlySpan<byte> bytes)
    {
        Raw((byte)'"');
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, Reserve(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        Length += written;
        Raw((byte)'"');
    }

    private int Escape(ReadOnlySpan<byte> utf8)
    {
        switch (utf8[0])
        {
            case (byte)'"': Raw("\\\""u8); return 1;
            case (byte)'\\': Raw("\\\\"u8); return 1;
            case (byte)'\b': Raw("\\b"u8); return 1;
            case (byte)'\t': Raw("\\t"u8); return 1;
            case (byte)'\n': Raw("\\n"u8); return 1;
            case (byte)'\f': Raw("\\f"u8); return 1;
            case (byte)'\r': Raw("\\r"u8); return 1;
            case < 0x20: Unit(utf8[0]); return 1;
        }

        System.Text.Rune.DecodeFromUtf8(utf8, out var rune, out var consumed);
        if (rune.IsBmp)
        {
            // Not UTF-8, which PostgreSQL does not send: the replacement character, visibly.
            Unit(rune.Value);
            return consumed;
        }

        var beyond = rune.Value - 0x10000;
        Unit(0xD800 + (beyond >> 10));
        Unit(0xDC00 + (beyond & 0x3FF));
        return consumed;
    }

    private void Unit(int code)
    {
        var digits = "0123456789ABCDEF"u8;
        Raw("\\u"u8);
        for (var shift = 12; shift >= 0; shift -= 4)
        {
            Raw(digits[(code >> shift) & 15]);
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        return _bytes.AsSpan(Length);
    }
}
