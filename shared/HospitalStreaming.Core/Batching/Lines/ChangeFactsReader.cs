using System.Text.Json;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Reads <see cref="ChangeFacts"/> in the one pass that also proves a value to be JSON. Knows Debezium's envelope with and without "payload"
/// around it, and unwrapped rows with __lsn or __source_lsn. Any other bytes are fine: they just have no facts.
/// </summary>
public static class ChangeFactsReader
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EmbeddableJson.MaxDepth };

    private enum Part
    {
        None,
        Source,
        After,
    }

    /// <summary>The facts of a value; never throws.</summary>
    public static ChangeFacts Read(ReadOnlySpan<byte> value)
    {
        if (!EmbeddableJson.IsPlain(value))
        {
            return default;
        }

        try
        {
            var scan = default(Scan);
            scan.Run(new Utf8JsonReader(value, Strict));
            return new(true, scan.Lsn, scan.Table, scan.HasEnvelope ? scan.After : scan.Row);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>FNV-1a, then mixed, so that sums of hashes stay apart.</summary>
    internal static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in bytes)
        {
            hash = (hash ^ one) * 1099511628211UL;
        }

        return Mix(hash);
    }

    internal static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }

    private struct Scan
    {
        internal Lsn? Lsn;
        internal ulong Table;
        internal ulong After;
        internal ulong Row;
        internal bool HasEnvelope;
        private Part _part;
        private int _envelope;

        internal void Run(Utf8JsonReader reader)
        {
            _envelope = 1;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                // A name's depth is its object's: 1 for the outermost.
                var depth = reader.CurrentDepth;
                if (depth == _envelope)
                {
                    Field(ref reader);
                }
                else if (depth == _envelope + 1)
                {
                    Inner(ref reader);
                }
            }
        }

        private void Field(ref Utf8JsonReader reader)
        {
            _part = Part.None;
            if (reader.ValueTextEquals("source"u8))
            {
                _part = Part.Source;
                HasEnvelope = true;
            }
            else if (reader.ValueTextEquals("after"u8))
            {
                _part = Part.After;
            }
            else if (_envelope == 1 && reader.ValueTextEquals("payload"u8))
            {
                _envelope = 2;
                Row = 0;
            }
            else if (reader.ValueTextEquals("__lsn"u8) || reader.ValueTextEquals("__source_lsn"u8))
            {
                ReadLsn(ref reader);
            }

            Row += HashOf(reader.TokenType == JsonTokenType.PropertyName ? reader.ValueSpan : "__lsn"u8);
        }

        private void Inner(ref Utf8JsonReader reader)
        {
            if (_part == Part.After)
            {
                After += HashOf(reader.ValueSpan);
            }
            else if (_part == Part.Source)
            {
                if (reader.ValueTextEquals("lsn"u8))
                {
                    ReadLsn(ref reader);
                }
                else if (reader.ValueTextEquals("table"u8) || reader.ValueTextEquals("schema"u8))
                {
                    reader.Read();
                    Table = Mix((Table * 31) + HashOf(reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default));
                }
            }
        }

        private void ReadLsn(ref Utf8JsonReader reader)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var lsn))
            {
                Lsn = new Lsn(lsn);
            }
        }
    }
}
