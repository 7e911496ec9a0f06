using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Goes through a JSON text (RFC 8259) piece by piece, as strict as <see cref="Utf8JsonReader"/> and faster, as it keeps and decodes nothing.
/// Whoever walks to the end and finds <see cref="IsWhole"/> knows that the grammar holds; that the bytes are UTF-8 is not checked here.
/// </summary>
internal ref struct JsonWalk(ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private Expected _expected = Expected.Value;
    private ulong _objects;
    private int _at;
    private int _start;
    private int _end;
    private bool _escaped;

    private enum Expected
    {
        Value,
        FirstValue,
        Name,
        FirstName,
        NextOrEnd,
        Nothing,
    }

    /// <summary>The piece that the walk stands on.</summary>
    internal JsonPiece Piece { get; private set; }

    /// <summary>Objects and arrays around the piece, those just begun included; a name's is 1 in the outermost object.</summary>
    internal int Depth { get; private set; }

    /// <summary>Where the scalar begins that the walk stands on, its quotes included.</summary>
    internal readonly int ScalarStart => Piece == JsonPiece.Text ? _start - 1 : _start;

    /// <summary>Where the walk goes on: after the scalar that it stands on.</summary>
    internal readonly int At => _at;

    /// <summary>Bytes of the name, string (both without quotes, as they stand), number or word.</summary>
    internal readonly ReadOnlySpan<byte> Bytes => _json[_start.._end];

    /// <summary>Whether the text ended where it may.</summary>
    internal readonly bool IsWhole => _expected == Expected.NextOrEnd && Depth == 0 && _at == _json.Length;

    /// <summary>Goes to the next piece; false at the end, and where the text is no JSON.</summary>
    internal bool Next()
    {
        if (!SkipSpace())
        {
            return false;
        }

        var one = _json[_at];
        if (_expected == Expected.NextOrEnd)
        {
            if (one != ',' || Depth == 0)
            {
                return Close(one);
            }

            _at++;
            _expected = InObject ? Expected.Name : Expected.Value;
            if (!SkipSpace())
            {
                return false;
            }

            one = _json[_at];
        }

        return _expected switch
        {
            Expected.Name => one == '"' ? Name() : Refuse(),
            Expected.Value => Value(one),
            Expected.FirstName => one == '"' ? Name() : Close(one),
            Expected.FirstValue => one == ']' ? Close(one) : Value(one),
            _ => Refuse(),
        };
    }

    /// <summary>Whether the name the walk stands on is this one, however it is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool Is(ReadOnlySpan<byte> name) =>
        _escaped ? IsWhenDecoded(name) : name.Length == _end - _start && Bytes.SequenceEqual(name);

    /// <summary>The number the walk stands on as an LSN; null where it stands on something else.</summary>
    internal readonly Lsn? AsLsn() =>
        Piece == JsonPiece.Number && Utf8Parser.TryParse(Bytes, out ulong lsn, out var read) && read == Bytes.Length ? new Lsn(lsn) : null;

    /// <summary>Stands on the scalar that begins here, whatever is around it, and returns where it ends; negative where none begins here.</summary>
    internal int Scalar(int at)
    {
        _at = at;
        return (uint)at < (uint)_json.Length && _json[at] is not ((byte)'{' or (byte)'[') && Value(_json[at]) ? _at : -1;
    }

    private readonly bool IsWhenDecoded(ReadOnlySpan<byte> name)
    {
        var quoted = new Utf8JsonReader(_json[(_start - 1)..(_end + 1)]);
        return quoted.Read() && quoted.ValueTextEquals(name);
    }

    /// <summary>A quick look before <see cref="Is"/>: false means that the name is none of these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool MayBe(ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, ReadOnlySpan<byte> three)
    {
        var length = _end - _start;
        return _escaped || length == one.Length || length == two.Length || length == three.Length;
    }

    private readonly bool InObject => (_objects & 1) != 0 && Depth > 0;

    private bool Name()
    {
        if (!Text())
        {
            return false;
        }

        if (!SkipSpace() || _json[_at] != ':')
        {
            return Refuse();
        }

        _at++;
        (Piece, _expected) = (JsonPiece.Name, Expected.Value);
        return true;
    }

    private bool Value(byte first)
    {
        _expected = Expected.NextOrEnd;
        switch (first)
        {
            case (byte)'"':
                Piece = JsonPiece.Text;
                return Text();
            case (byte)'{':
                return Open(isObject: true);
            case (byte)'[':
                return Open(isObject: false);
            case (byte)'t':
                return Word("true"u8);
            case (byte)'f':
                return Word("false"u8);
            case (byte)'n':
                return Word("null"u8);
            default:
                return Number();
        }
    }

    private bool Open(bool isObject)
    {
        if (Depth == EmbeddableJson.MaxDepth)
        {
            return Refuse();
        }

        Depth++;
        _objects = (_objects << 1) | (isObject ? 1UL : 0UL);
        _at++;
        (Piece, _expected) = (JsonPiece.Open, isObject ? Expected.FirstName : Expected.FirstValue);
        return true;
    }

    private bool Close(byte one)
    {
        if (Depth == 0 || one != (InObject ? (byte)'}' : (byte)']'))
        {
            return Refuse();
        }

        Depth--;
        _objects >>= 1;
        _at++;
        (Piece, _expected) = (JsonPiece.Close, Expected.NextOrEnd);
        return true;
    }

    private bool Word(ReadOnlySpan<byte> word)
    {
        Piece = JsonPiece.Word;
        if (!_json[_at..].StartsWith(word))
        {
            return Refuse();
        }

        _start = _at;
        _at += word.Length;
        _end = _at;
        return true;
    }

    /// <summary>What follows a number is looked at as what follows any value.</summary>
    private bool Number()
    {
        (Piece, _start) = (JsonPiece.Number, _at);
        if (_json[_at] == '-')
        {
            _at++;
        }

        if (_at < _json.Length && _json[_at] == '0')
        {
            _at++;
        }
        else if (!Digits())
        {
            return Refuse();
        }

        if (_at < _json.Length && _json[_at] == '.')
        {
            _at++;
            if (!Digits())
            {
                return Refuse();
            }
        }

        if (_at < _json.Length && (_json[_at] | 0x20) == 'e')
        {
            _at++;
            if (_at < _json.Length && _json[_at] is (byte)'+' or (byte)'-')
            {
                _at++;
            }

            if (!Digits())
            {
                return Refuse();
            }
        }

        _end = _at;
        return true;
    }

    private bool Digits()
    {
        var json = _json;
        var at = _at;
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            at++;
        }

        var any = at > _at;
        _at = at;
        return any;
    }

    private bool Text()
    {
        _escaped = false;
        var json = _json;
        var at = _at + 1;
        _start = at;
        while (true)
        {
            at = Special(json, at);
            if (at >= json.Length || json[at] < ' ')
            {
                return Refuse();
            }

            if (json[at] == '"')
            {
                (_end, _at) = (at, at + 1);
                return true;
            }

            _escaped = true;
            var length = EscapeLength(json[at..]);
            if (length == 0)
            {
                return Refuse();
            }

            at += length;
        }
    }

    /// <summary>Where the next quote, backslash or control character stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Special(ReadOnlySpan<byte> json, int at)
    {
        ref var first = ref MemoryMarshal.GetReference(json);
        while (at <= json.Length - Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref first, (nuint)at);
            var special = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
            var bits = special.ExtractMostSignificantBits();
            if (bits != 0)
            {
                return at + BitOperations.TrailingZeroCount(bits);
            }

            at += Vector128<byte>.Count;
        }

        while ((uint)at < (uint)json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < (byte)' '))
        {
            at++;
        }

        return at;
    }

    private static int EscapeLength(ReadOnlySpan<byte> escape)
    {
        if (escape.Length < 2)
        {
            return 0;
        }

        if (escape[1] != 'u')
        {
            return "\"\\/bfnrt"u8.Contains(escape[1]) ? 2 : 0;
        }

        if (escape.Length < 6)
        {
            return 0;
        }

        foreach (var digit in escape[2..6])
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return 0;
            }
        }

        return 6;
    }

    /// <summary>False at the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool SkipSpace() => (uint)_at < (uint)_json.Length && (_json[_at] > ' ' || SkipSpaces());

    private bool SkipSpaces()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }

        return _at < _json.Length;
    }

    private bool Refuse()
    {
        (Piece, _expected) = (JsonPiece.None, Expected.Nothing);
        return false;
    }
}
