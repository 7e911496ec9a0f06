using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

/// <summary>What facts are, told with the platform's own reader: the lake's fingerprints must never change.</summary>
internal static class ReferenceFacts
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EmbeddableJson.MaxDepth };

    private enum Part
    {
        None,
        Source,
        After,
    }

    internal static ChangeFacts Read(ReadOnlySpan<byte> value)
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

            Row += NameHashes.Compute(reader.TokenType == JsonTokenType.PropertyName ? reader.ValueSpan : "__lsn"u8);
        }

        private void Inner(ref Utf8JsonReader reader)
        {
            if (_part == Part.After)
            {
                After += NameHashes.Compute(reader.ValueSpan);
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
                    Table = NameHashes.Mix((Table * 31) + NameHashes.Compute(reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default));
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
