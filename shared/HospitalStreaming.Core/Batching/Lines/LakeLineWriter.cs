using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Writes records as lines of newline-delimited JSON, fields in a fixed order, so that the bytes are a function of the records alone:
/// {"topic","partition","offset","timestamp":ms,"headers":[[name,text]…]|null,"key","value"}. Key and value stand as they came where
/// they are JSON on one line; anything else stands as base64 in "key_bytes" or "value_bytes" instead. A header is [name,text], [name,null], or
/// [name,null,base64] where its bytes are no UTF-8.
/// </summary>
public static class LakeLineWriter
{
    /// <summary>Names, punctuation, numbers and nulls of a line after its partition, bytes at most.</summary>
    private const int LongestFrame = 160;

    [ThreadStatic]
    private static (string? Topic, int Partition, byte[] Bytes) _head;

    /// <summary>Writes one line with its line feed; returns its length in bytes.</summary>
    public static int Write(IBufferWriter<byte> output, in LakeRecord record) =>
        Write(output, record, Stands(record.Key), Stands(record.Value));

    /// <summary>The same where the value has been looked at already.</summary>
    public static int Write(IBufferWriter<byte> output, in LakeRecord record, ChangeFacts facts) => Write(output, record, Stands(record.Key), facts.Embeddable);

    /// <summary>The same for a reader that does not take every JSON: what it does not hold stands as bytes too.</summary>
    public static int Write(IBufferWriter<byte> output, in LakeRecord record, Func<ReadOnlyMemory<byte>, bool> holds) =>
        Write(output, record, Stands(record.Key) && holds(record.Key!.Value), Stands(record.Value) && holds(record.Value!.Value));

    /// <summary>Whether bytes stand in their line as the JSON they are.</summary>
    public static bool Stands(ReadOnlyMemory<byte>? bytes) => bytes is { } some && EmbeddableJson.Check(some.Span);

    /// <summary>The same with a choice of fields, in the same order, or with the change's row as value.</summary>
    public static int Write(IBufferWriter<byte> output, in LakeRecord record, ChangeFacts facts, LakeLines lines) =>
        Write(output, record, facts, Stands(record.Key), lines);

    /// <summary>The same where the key has been looked at too.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="record">The record.</param>
    /// <param name="facts">Its value's facts.</param>
    /// <param name="keyStands">Whether there is a key and its bytes may stand in a line as they are.</param>
    /// <param name="lines">What lines hold.</param>
    public static int Write(IBufferWriter<byte> output, in LakeRecord record, ChangeFacts facts, bool keyStands, LakeLines lines)
    {
        if (lines.IsWhole)
        {
            return Write(output, record, keyStands, facts.Embeddable);
        }

        var position = record.Position;
        var length = 0;
        if (Has(output, lines, LakeFields.Topic, "topic"u8, ref length))
        {
            length += Text(output, position.Topic);
        }

        if (Has(output, lines, LakeFields.Partition, "partition"u8, ref length))
        {
            length += Number(output, position.Partition);
        }

        if (Has(output, lines, LakeFields.Offset, "offset"u8, ref length))
        {
            length += Number(output, position.Offset);
        }

        if (Has(output, lines, LakeFields.Timestamp, "timestamp"u8, ref length))
        {
            length += Number(output, record.TimestampMs);
        }

        if (Has(output, lines, LakeFields.Headers, "headers"u8, ref length))
        {
            length += Headers(output, record.Headers);
        }

        if (lines.Fields.HasFlag(LakeFields.Key))
        {
            length += Field(output, "key"u8, record.Key, keyStands, length == 0);
        }

        if (lines.Fields.HasFlag(LakeFields.Value))
        {
            length += Value(output, record, facts, lines, length == 0);
        }

        return length + Raw(output, "}\n"u8);
    }

    private static int Value(IBufferWriter<byte> output, in LakeRecord record, ChangeFacts facts, LakeLines lines, bool first)
    {
        if (lines.Values == LakeValues.Unwrapped && facts.Embeddable && record.Value is { } change)
        {
            var row = new ArrayBufferWriter<byte>(change.Length + 128);
            if (ValueUnwrapper.TryWrite(row, change.Span))
            {
                return Field(output, "value"u8, row.WrittenMemory, stands: true, first);
            }
        }

        return Field(output, "value"u8, record.Value, facts.Embeddable, first);
    }

    private static bool Has(IBufferWriter<byte> output, LakeLines lines, LakeFields field, ReadOnlySpan<byte> name, ref int length)
    {
        if (!lines.Fields.HasFlag(field))
        {
            return false;
        }

        length += Raw(output, length == 0 ? "{\""u8 : ",\""u8) + Raw(output, name) + Raw(output, "\":"u8);
        return true;
    }

    private static int Write(IBufferWriter<byte> output, in LakeRecord record, bool keyStands, bool valueStands) =>
        record.Headers.Count == 0 && valueStands == record.Value.HasValue && keyStands == record.Key.HasValue
            ? WritePlain(output, record)
            : WriteAny(output, record, keyStands, valueStands);

    /// <summary>The usual line, its value and key as they came and no headers, in one go.</summary>
    private static int WritePlain(IBufferWriter<byte> output, in LakeRecord record)
    {
        var position = record.Position;
        var head = Head(position);
        var key = record.Key.GetValueOrDefault().Span;
        var value = record.Value.GetValueOrDefault().Span;
        var line = output.GetSpan(head.Length + key.Length + value.Length + LongestFrame);
        var length = 0;
        Put(head, line, ref length);
        Put(position.Offset, line, ref length);
        Put(",\"timestamp\":"u8, line, ref length);
        Put(record.TimestampMs, line, ref length);
        Put(",\"headers\":null,\"key\":"u8, line, ref length);
        Put(record.Key.HasValue ? key : "null"u8, line, ref length);
        Put(",\"value\":"u8, line, ref length);
        Put(record.Value.HasValue ? value : "null"u8, line, ref length);
        Put("}\n"u8, line, ref length);
        output.Advance(length);
        return length;
    }

    private static int WriteAny(IBufferWriter<byte> output, in LakeRecord record, bool keyStands, bool valueStands)
    {
        var position = record.Position;
        var length = Raw(output, "{\"topic\":"u8)
            + Text(output, position.Topic)
            + Raw(output, ",\"partition\":"u8) + Number(output, position.Partition)
            + Raw(output, ",\"offset\":"u8) + Number(output, position.Offset)
            + Raw(output, ",\"timestamp\":"u8) + Number(output, record.TimestampMs)
            + Raw(output, ",\"headers\":"u8) + Headers(output, record.Headers);
        length += Field(output, "key"u8, record.Key, keyStands);
        length += Field(output, "value"u8, record.Value, valueStands);
        return length + Raw(output, "}\n"u8);
    }

    private static void Put(ReadOnlySpan<byte> bytes, Span<byte> line, ref int length)
    {
        bytes.CopyTo(line[length..]);
        length += bytes.Length;
    }

    private static void Put(long number, Span<byte> line, ref int length)
    {
        Utf8Formatter.TryFormat(number, line[length..], out var written);
        length += written;
    }

    /// <summary>How a partition's lines begin, up to the offset; a thread meets the same one again and again.</summary>
    internal static ReadOnlySpan<byte> Head(in LogPosition position)
    {
        if (!ReferenceEquals(_head.Topic, position.Topic) || _head.Partition != position.Partition)
        {
            var head = new ArrayBufferWriter<byte>(64);
            Raw(head, "{\"topic\":"u8);
            Text(head, position.Topic);
            Raw(head, ",\"partition\":"u8);
            Number(head, position.Partition);
            Raw(head, ",\"offset\":"u8);
            _head = (position.Topic, position.Partition, head.WrittenSpan.ToArray());
        }

        return _head.Bytes;
    }

    private static int Field(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlyMemory<byte>? content, bool stands, bool first = false)
    {
        var length = Raw(output, first ? "{\""u8 : ",\""u8) + Raw(output, name);
        if (content is not { } bytes)
        {
            return length + Raw(output, "\":null"u8);
        }

        return stands
            ? length + Raw(output, "\":"u8) + Raw(output, bytes.Span)
            : length + Raw(output, "_bytes\":\""u8) + Encoded(output, bytes.Span) + Raw(output, "\""u8);
    }

    private static int Headers(IBufferWriter<byte> output, IReadOnlyList<KeyValuePair<string, byte[]?>> headers)
    {
        if (headers.Count == 0)
        {
            return Raw(output, "null"u8);
        }

        var length = Raw(output, "["u8);
        for (var i = 0; i < headers.Count; i++)
        {
            var (name, value) = headers[i];
            length += Raw(output, i == 0 ? "["u8 : ",["u8) + Text(output, name);
            length += value switch
            {
                null => Raw(output, ",null"u8),
                _ when Utf8.IsValid(value) => Raw(output, ","u8) + Text(output, Encoding.UTF8.GetString(value)),
                _ => Raw(output, ",null,\""u8) + Encoded(output, value) + Raw(output, "\""u8),
            };
            length += Raw(output, "]"u8);
        }

        return length + Raw(output, "]"u8);
    }

    private static int Text(IBufferWriter<byte> output, string text) =>
        Raw(output, "\""u8) + Raw(output, JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes) + Raw(output, "\""u8);

    private static int Number(IBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
        return written;
    }

    private static int Encoded(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(bytes, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        output.Advance(written);
        return written;
    }

    private static int Raw(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        return bytes.Length;
    }
}
