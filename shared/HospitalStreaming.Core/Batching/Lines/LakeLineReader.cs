using System.Text.Json;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>Reads what <see cref="LakeLineWriter"/> wrote, giving back each record's exact bytes.</summary>
public static class LakeLineReader
{
    // The line's own braces come on top of what a value may nest.
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EmbeddableJson.MaxDepth + 2 };

    private static readonly IReadOnlyList<KeyValuePair<string, byte[]?>> NoHeaders = [];

    /// <summary>The record of a line (without its line feed). Key and value are parts of the line's memory where they were embedded.</summary>
    /// <exception cref="FormatException">Not a line of ours; the message names the place in the line, never its content.</exception>
    public static LakeRecord Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            return ReadFields(line);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            throw new FormatException($"not a lake line ({line.Length} bytes)");
        }
    }

    private static LakeRecord ReadFields(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span, Strict);
        Expect(ref reader, JsonTokenType.StartObject);
        Name(ref reader, "topic"u8);
        Expect(ref reader, JsonTokenType.String);
        var topic = reader.GetString()!;
        Name(ref reader, "partition"u8);
        Expect(ref reader, JsonTokenType.Number);
        var partition = reader.GetInt32();
        Name(ref reader, "offset"u8);
        Expect(ref reader, JsonTokenType.Number);
        var offset = reader.GetInt64();
        Name(ref reader, "timestamp"u8);
        Expect(ref reader, JsonTokenType.Number);
        var timestamp = reader.GetInt64();
        Name(ref reader, "headers"u8);
        var headers = Headers(ref reader);
        var key = Bytes(ref reader, line, "key"u8, "key_bytes"u8);
        var value = Bytes(ref reader, line, "value"u8, "value_bytes"u8);
        Expect(ref reader, JsonTokenType.EndObject);
        return reader.Read() ? throw new FormatException() : new LakeRecord(new LogPosition(topic, partition, offset), timestamp, key, value, headers);
    }

    private static ReadOnlyMemory<byte>? Bytes(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> encoded)
    {
        Expect(ref reader, JsonTokenType.PropertyName);
        if (reader.ValueTextEquals(encoded))
        {
            Expect(ref reader, JsonTokenType.String);
            return reader.GetBytesFromBase64();
        }

        if (!reader.ValueTextEquals(plain) || !reader.Read())
        {
            throw new FormatException();
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }

    private static IReadOnlyList<KeyValuePair<string, byte[]?>> Headers(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.Null)
        {
            return NoHeaders;
        }

        var headers = new List<KeyValuePair<string, byte[]?>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            Expect(ref reader, JsonTokenType.String);
            var name = reader.GetString()!;
            reader.Read();
            var value = reader.TokenType == JsonTokenType.String ? Utf8Of(ref reader) : null;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                value = reader.GetBytesFromBase64();
                reader.Read();
            }

            headers.Add(new(name, value));
            if (reader.TokenType != JsonTokenType.EndArray)
            {
                throw new FormatException();
            }
        }

        return reader.TokenType == JsonTokenType.EndArray ? headers : throw new FormatException();
    }

    private static byte[] Utf8Of(ref Utf8JsonReader reader)
    {
        var buffer = new byte[reader.ValueSpan.Length];
        var length = reader.CopyString(buffer);
        return length == buffer.Length ? buffer : buffer[..length];
    }

    private static void Name(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        Expect(ref reader, JsonTokenType.PropertyName);
        if (!reader.ValueTextEquals(name))
        {
            throw new FormatException();
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new FormatException();
        }
    }
}
