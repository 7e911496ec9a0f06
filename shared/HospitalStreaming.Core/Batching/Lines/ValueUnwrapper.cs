using System.Buffers;
using System.Text.Json;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// A change's row on its own, as Debezium's ExtractNewRecordState with rewritten deletes and add.fields=op,table,lsn,source.ts_ms makes it: the
/// columns as they came, then __op, __table, __lsn, __source_ts_ms and __deleted.
/// See https://debezium.io/documentation/reference/stable/transformations/event-flattening.html.
/// </summary>
public static class ValueUnwrapper
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = EmbeddableJson.MaxDepth };

    /// <summary>Writes the row; false, with nothing written, where the value is no change with a row. The value is valid JSON.</summary>
    public static bool TryWrite(IBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        var envelope = default(Envelope);
        envelope.Read(value);
        var deleted = envelope.Operation is "\"d\"";
        var row = deleted ? envelope.Before : envelope.After;
        if (envelope.Operation is null || !envelope.HasSource || row.IsEmpty || row[0] != (byte)'{')
        {
            return false;
        }

        // The columns stand as they came; what follows needs a comma unless there are none.
        var columns = row[..row.LastIndexOf((byte)'}')];
        output.Write(columns);
        output.Write(columns[1..].IndexOfAnyExcept(" \t"u8) < 0 ? "\"__op\":"u8 : ",\"__op\":"u8);
        output.Write(System.Text.Encoding.UTF8.GetBytes(envelope.Operation));
        Field(output, "__table"u8, envelope.Table);
        Field(output, "__lsn"u8, envelope.Lsn);
        Field(output, "__source_ts_ms"u8, envelope.SourceTime);
        Field(output, "__deleted"u8, deleted ? "\"true\""u8 : "\"false\""u8);
        output.Write("}"u8);
        return true;
    }

    private static void Field(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        output.Write(",\""u8);
        output.Write(name);
        output.Write("\":"u8);
        output.Write(value.IsEmpty ? "null"u8 : value);
    }

    private ref struct Envelope
    {
        internal ReadOnlySpan<byte> Before;
        internal ReadOnlySpan<byte> After;
        internal ReadOnlySpan<byte> Table;
        internal ReadOnlySpan<byte> Lsn;
        internal ReadOnlySpan<byte> SourceTime;
        internal string? Operation;
        internal bool HasSource;

        internal void Read(ReadOnlySpan<byte> value)
        {
            var reader = new Utf8JsonReader(value, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isBefore, isAfter, isSource) = (reader.ValueTextEquals("before"u8), reader.ValueTextEquals("after"u8), reader.ValueTextEquals("source"u8));
                var (isOperation, isPayload) = (reader.ValueTextEquals("op"u8), reader.ValueTextEquals("payload"u8));
                var inner = ValueOf(ref reader, value);
                if (isPayload && inner.Length > 0 && inner[0] == (byte)'{')
                {
                    Read(inner);
                }
                else if (isBefore)
                {
                    Before = inner;
                }
                else if (isAfter)
                {
                    After = inner;
                }
                else if (isSource)
                {
                    HasSource = true;
                    ReadSource(inner);
                }
                else if (isOperation)
                {
                    Operation = System.Text.Encoding.UTF8.GetString(inner);
                }
            }
        }

        private void ReadSource(ReadOnlySpan<byte> source)
        {
            var reader = new Utf8JsonReader(source, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isTable, isLsn, isTime) = (reader.ValueTextEquals("table"u8), reader.ValueTextEquals("lsn"u8), reader.ValueTextEquals("ts_ms"u8));
                var inner = ValueOf(ref reader, source);
                Table = isTable ? inner : Table;
                Lsn = isLsn ? inner : Lsn;
                SourceTime = isTime ? inner : SourceTime;
            }
        }

        private static ReadOnlySpan<byte> ValueOf(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
        {
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return text[start..(int)reader.BytesConsumed];
        }
    }
}
