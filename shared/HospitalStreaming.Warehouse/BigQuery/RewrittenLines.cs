using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// Lines of a claim that BigQuery would not take as the lake has them (<see cref="JsonFit"/>): key or value stand as bytes, which BigQuery cannot look
/// into, so what raw has in columns of its own stands beside them. A function of the claim, whoever makes it.
/// </summary>
internal static class RewrittenLines
{
    /// <summary>All lines of one part of a claim.</summary>
    /// <exception cref="LakeDamageException">An object is not what it was.</exception>
    internal static async Task<ReadOnlyMemory<byte>> OfAsync(ILake lake, ClaimPart part, RecordReader reader, CancellationToken cancellation)
    {
        var output = new ArrayBufferWriter<byte>();
        var line = new ArrayBufferWriter<byte>();
        foreach (var item in part.Objects)
        {
            using var content = await LakeObjectReader.OpenAsync(lake, item, cancellation);
            foreach (var record in content.Records())
            {
                line.ResetWrittenCount();
                LakeLineWriter.Write(line, record, JsonFit.Holds);
                output.Write(line.WrittenSpan[..^"}\n"u8.Length]);
                output.Write(Encoding.UTF8.GetBytes(Own(reader.Read(record, sourceEpoch: 0))));
            }
        }

        return output.WrittenMemory;
    }

    // Numbers as texts: BigQuery reads larger ones than a double holds only so.
    private static string Own(in ReadRecord record) => string.Create(
        CultureInfo.InvariantCulture,
        $",\"key_id\":{Quoted(record.Change?.Key ?? record.HeldKey)},\"op\":{(record.Op is { } op ? $"\"{op}\"" : "null")},\"lsn\":{Quoted((long?)record.Lsn?.Value)}}}\n");

    private static string Quoted(RowKey? key) => key switch
    {
        null => "null",
        { IsNumber: true } number => Quoted((long?)number.Number),
        { } text => $"\"{JsonEncodedText.Encode(text.ToString())}\"",
    };

    private static string Quoted(long? number) => number is { } some ? string.Create(CultureInfo.InvariantCulture, $"\"{some}\"") : "null";
}
