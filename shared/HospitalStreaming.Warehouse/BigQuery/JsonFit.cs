using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// What BigQuery's JSON type keeps as it is: 64-bit whole numbers, other numbers that are what a double prints, and objects that have each member
/// once. A number beyond that fails the load job it is in, and of a doubled member BigQuery keeps the first where everybody else reads the last.
/// See https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions, wide_number_mode exact.
/// </summary>
internal static class JsonFit
{
    /// <summary>Deepest nesting that is read: as deep as PostgreSQL's values are (BigQuery's own limit is 500).</summary>
    internal const int MaxDepth = 500;

    // No text of so few bytes has more digits than a double keeps, or an exponent beyond it.
    private const int AlwaysExactBytes = 15;
    private static readonly JsonDocumentOptions EachOnce = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    /// <summary>Whether BigQuery takes a record's line as the lake has it.</summary>
    internal static bool Loads(LakeRecord line) => Fits(line.Key) && Fits(line.Value);

    /// <summary>Whether a JSON text comes back with the same meaning.</summary>
    internal static bool Holds(ReadOnlyMemory<byte> json)
    {
        try
        {
            using (JsonDocument.Parse(json, EachOnce))
            {
                var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
                while (reader.Read())
                {
                    if (reader.TokenType == JsonTokenType.Number && !IsKept(ref reader))
                    {
                        return false;
                    }
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Fits(ReadOnlyMemory<byte>? bytes) => !LakeLineWriter.Stands(bytes) || Holds(bytes!.Value);

    private static bool IsKept(ref Utf8JsonReader number)
    {
        var text = number.ValueSpan;
        if (number.TryGetInt64(out _) || number.TryGetUInt64(out _) || (text.Length <= AlwaysExactBytes && !text.ContainsAny((byte)'e', (byte)'E')))
        {
            return true;
        }

        return number.TryGetDouble(out var kept) && double.IsFinite(kept)
            && PlainNumber.TryRead(Encoding.ASCII.GetString(text), out var written)
            && PlainNumber.TryRead(kept.ToString("R", CultureInfo.InvariantCulture), out var printed)
            && written.ToString() == printed.ToString();
    }
}
