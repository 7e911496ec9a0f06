using System.Text.Json;
using System.Text.Unicode;

namespace HospitalStreaming.Core.Changes;

/// <summary>
/// Reads Debezium's JSON messages: with and without schemas, full envelopes and unwrapped rows (ExtractNewRecordState with op, source.lsn and
/// source.ts_ms added), tombstones, heartbeats and transaction boundaries. Never throws for bad input: a record it cannot read says why.
/// </summary>
public static class ChangeEnvelopeReader
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>Reads one record.</summary>
    /// <param name="key">Key bytes; null or empty where the table has no key.</param>
    /// <param name="value">Value bytes; null for a tombstone.</param>
    public static ChangeEnvelope Read(byte[]? key, byte[]? value) =>
        Read(key is null ? null : (ReadOnlyMemory<byte>?)key, value is null ? null : (ReadOnlyMemory<byte>?)value);

    /// <summary>Reads one record. The bytes must not change while the answer is in use.</summary>
    public static ChangeEnvelope Read(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value)
    {
        JsonElement? keyElement = null;
        JsonDocument? keyDocument = null;
        if (key is { Length: > 0 } keyBytes)
        {
            if (Parse(keyBytes, "key", out keyDocument) is { } badKey)
            {
                return Rejected(badKey);
            }

            var payload = Payload(keyDocument!.RootElement);
            keyElement = payload.ValueKind == JsonValueKind.Null ? null : payload;
        }

        if (value is not { } valueBytes)
        {
            return new ChangeEnvelope { Kind = ChangeKind.Tombstone, Key = keyElement, KeyDocument = keyDocument };
        }

        if (Parse(valueBytes, "value", out var document) is { } badValue)
        {
            return Rejected(badValue);
        }

        var envelope = ReadValue(Payload(document!.RootElement));
        return envelope.Kind == ChangeKind.Rejected ? envelope : envelope with { Key = keyElement, KeyDocument = keyDocument, ValueDocument = document };
    }

    private static ChangeEnvelope ReadValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Rejected(RejectionCodes.BadJson, $"the value is a JSON {value.ValueKind}, not an object");
        }

        if (value.TryGetProperty("op", out var op) && !value.TryGetProperty("__op", out _))
        {
            return ReadEnvelope(value, op);
        }

        if (value.TryGetProperty("__op", out var unwrappedOp))
        {
            return ReadUnwrapped(value, unwrappedOp);
        }

        if (value.TryGetProperty("status", out var status) && value.TryGetProperty("event_count", out _)
            && status.ValueKind == JsonValueKind.String && status.GetString() is "BEGIN" or "END")
        {
            return new ChangeEnvelope { Kind = ChangeKind.TransactionBoundary, ProcessedAt = Time(value, "ts_us", "ts_ms") };
        }

        // A change that lost its op must not pass for a heartbeat.
        return value.TryGetProperty("ts_ms", out _) && !value.TryGetProperty("source", out _)
            ? new ChangeEnvelope { Kind = ChangeKind.Heartbeat, ProcessedAt = Time(value, "ts_us", "ts_ms") }
            : Rejected(RejectionCodes.UnknownOperation, "the value has no op");
    }

    private static ChangeEnvelope ReadEnvelope(JsonElement value, JsonElement op)
    {
        var operation = Operation(op);
        if (operation == ChangeOperation.None)
        {
            return Rejected(RejectionCodes.UnknownOperation, "op is none of c, u, d, r, t, m");
        }

        if (!value.TryGetProperty("source", out var sourceElement) || sourceElement.ValueKind != JsonValueKind.Object)
        {
            return Rejected(RejectionCodes.MissingSource, "the value has no source object");
        }

        if (SourceReader.Read(sourceElement, out var source) is { } badSource)
        {
            return Rejected(badSource);
        }

        if (Row(value, "before", out var before) is { } badBefore)
        {
            return Rejected(badBefore);
        }

        if (Row(value, "after", out var after) is { } badAfter)
        {
            return Rejected(badAfter);
        }

        if (after is null && operation is ChangeOperation.Create or ChangeOperation.Update or ChangeOperation.Read)
        {
            return Rejected(RejectionCodes.MissingField, "after is missing, which this op must carry");
        }

        return new ChangeEnvelope
        {
            Kind = ChangeKind.Change,
            Operation = operation,
            Before = before,
            After = after,
            Source = source,
            ProcessedAt = Time(value, "ts_us", "ts_ms"),
        };
    }

    private static ChangeEnvelope ReadUnwrapped(JsonElement value, JsonElement op)
    {
        var operation = Operation(op);
        if (operation == ChangeOperation.None)
        {
            return Rejected(RejectionCodes.UnknownOperation, "__op is none of c, u, d, r, t, m");
        }

        if (SourceReader.ReadUnwrapped(value, operation, out var source) is { } badSource)
        {
            return Rejected(badSource);
        }

        var deleted = operation == ChangeOperation.Delete;
        return new ChangeEnvelope
        {
            Kind = ChangeKind.Change,
            Operation = operation,
            Before = deleted ? value : null,
            After = deleted ? null : value,
            Source = source,
        };
    }

    private static ChangeOperation Operation(JsonElement op) => op.ValueKind != JsonValueKind.String
        ? ChangeOperation.None
        : op.GetString() switch
        {
            "c" => ChangeOperation.Create,
            "u" => ChangeOperation.Update,
            "d" => ChangeOperation.Delete,
            "r" => ChangeOperation.Read,
            "t" => ChangeOperation.Truncate,
            "m" => ChangeOperation.Message,
            _ => ChangeOperation.None,
        };

    private static ChangeRejection? Row(JsonElement value, string name, out JsonElement? row)
    {
        row = null;
        if (!value.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return new ChangeRejection(RejectionCodes.WrongType, $"{name} is a JSON {element.ValueKind}, not an object");
        }

        row = element;
        return null;
    }

    /// <summary>The first time that is there: microseconds, else milliseconds since 1970.</summary>
    internal static DateTimeOffset? Time(JsonElement value, string microsName, string millisName)
    {
        if (value.TryGetProperty(microsName, out var micros) && micros.ValueKind == JsonValueKind.Number && micros.TryGetInt64(out var exact))
        {
            return Instants.FromUnixMicroseconds(exact);
        }

        return value.TryGetProperty(millisName, out var millis) && millis.ValueKind == JsonValueKind.Number && millis.TryGetInt64(out var coarse)
            ? Instants.FromUnixMicroseconds((Int128)coarse * 1000)
            : null;
    }

    // {"schema":…,"payload":…} of Connect's JsonConverter; a row of a table with two columns of these names has no struct as its schema.
    private static JsonElement Payload(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("payload", out var payload) && root.TryGetProperty("schema", out var schema)
        && (schema.ValueKind == JsonValueKind.Null || (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out _)))
            ? payload
            : root;

    private static ChangeRejection? Parse(ReadOnlyMemory<byte> bytes, string part, out JsonDocument? document)
    {
        document = null;
        if (!Utf8.IsValid(bytes.Span))
        {
            return new ChangeRejection(RejectionCodes.BadUtf8, $"the {part} is not UTF-8");
        }

        try
        {
            document = JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException failure)
        {
            return new ChangeRejection(RejectionCodes.BadJson, $"the {part} is not JSON (byte {failure.BytePositionInLine}, line {failure.LineNumber})");
        }

        return HasHalfSurrogate(bytes.Span) ? new ChangeRejection(RejectionCodes.BadUtf8, $"the {part} has an escape that is half a character") : null;
    }

    // Only escapes can carry half a character in valid UTF-8, and only reading the text shows it.
    internal static bool HasHalfSurrogate(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1_000 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }

            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static ChangeEnvelope Rejected(string code, string detail) => Rejected(new ChangeRejection(code, detail));

    private static ChangeEnvelope Rejected(ChangeRejection rejection) => new() { Kind = ChangeKind.Rejected, Rejection = rejection };
}
