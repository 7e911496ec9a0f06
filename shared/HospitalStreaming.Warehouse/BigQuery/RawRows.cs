using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>One raw table as its records: a row holds the lake's line, so the loader's reader reads it as it did then.</summary>
internal sealed class RawRows(WarehouseNames names, TableDescription table)
{
    private readonly RecordReader _reader = new(table);

    /// <summary>A query of rows that have a key, key by key, each key's in log order.</summary>
    /// <param name="among">Only the keys of a parameter: <see cref="BigQuerySql.AmongKeys(TableDescription)"/>; null for all.</param>
    /// <param name="asOf">What follows the table's name where a moment is asked for, else empty.</param>
    internal string SelectKeys(string? among, string asOf) => $"""
        {Columns(asOf)}
        WHERE key_id {among ?? "IS NOT NULL"}
        ORDER BY key_id, load_seq, `partition`, `offset`
        """;

    /// <summary>A query of the rows at some places, few at once.</summary>
    internal string SelectPlaces(IEnumerable<LetterPlace> places, string asOf) => $"""
        {Columns(asOf)}
        WHERE {string.Join(" OR ", places.Select(place => string.Create(
            CultureInfo.InvariantCulture, $"(`partition` = {place.Stream.Partition} AND `offset` = {place.Offset} AND stream_epoch = {SqlText.Name(place.Stream.Epoch)})")))}
        """;

    /// <summary>Where a row of these queries stands.</summary>
    internal LetterPlace PlaceOf(object?[] row) => new(new LakeStream(TopicNames.ChangesOf(table.Name), (string)row[11]!, (int)(long)row[2]!), (long)row[3]!);

    /// <summary>Order in which a row of these queries takes effect.</summary>
    internal static RawPlace OrderOf(object?[] row) => new((long)row[10]!, (int)(long)row[2]!, (long)row[3]!);

    /// <summary>What a row does to a key once decisions are taken into account.</summary>
    /// <exception cref="FormatException">It is no line of a lake: it was altered.</exception>
    internal IEnumerable<PlacedChange> Changes(object?[] row, LetterDecisions decisions) => PlacedChange.OfLetter(
        OrderOf(row), _reader, decisions.Find(PlaceOf(row)), Read(row), SourceEpoch(row));

    /// <summary>A query of all rows of one chain, named by the parameters partition and epoch, by offset.</summary>
    /// <param name="asOf">What follows the table's name where a moment is asked for, else empty.</param>
    internal string SelectChain(string asOf) => $"""
        {Columns(asOf)}
        WHERE `partition` = @partition AND stream_epoch = @epoch
        ORDER BY `offset`
        """;

    /// <summary>A query of one object's rows, named by the parameters partition, epoch, start and next, by offset.</summary>
    internal string SelectObject => $"""
        {Columns(string.Empty)}
        WHERE `partition` = @partition AND stream_epoch = @epoch AND `offset` >= @start AND `offset` < @next
        ORDER BY `offset`
        """;

    /// <summary>A query of the truncates.</summary>
    /// <param name="asOf">What follows the table's name where a moment is asked for, else empty.</param>
    internal string SelectTruncates(string asOf) => $"""
        {Columns(asOf)}
        WHERE op = 't'
        """;

    /// <summary>Reads the record in a row of either query.</summary>
    /// <exception cref="FormatException">It is no line of a lake: it was altered.</exception>
    internal ReadRecord Read(object?[] row) => _reader.Read(Record(row), SourceEpoch(row));

    /// <summary>The record in a row of any of the queries.</summary>
    /// <exception cref="FormatException">It is no line of a lake: it was altered.</exception>
    internal static LakeRecord Record(object?[] row) => LakeLineReader.Read(Line(row));

    /// <summary>The whole row of either query: what its line says, but for the columns beside the line.</summary>
    /// <exception cref="FormatException">It is no line of a lake: it was altered.</exception>
    internal RawRow ReadRow(object?[] row)
    {
        var line = Record(row);
        return RawRow.Of(line, _reader.Read(line, SourceEpoch(row)), SourceEpoch(row));
    }

    internal static int SourceEpoch(object?[] row) => row[0] is long epoch ? (int)epoch : throw new FormatException("a raw row has no source epoch");

    private string Columns(string asOf) => $"""
        SELECT source_epoch, topic, `partition`, `offset`, `timestamp`, TO_JSON_STRING(headers), TO_JSON_STRING(key), TO_JSON_STRING(value), key_bytes, value_bytes, load_seq, stream_epoch
        FROM `{names.Raw}`.`{table.Name}`{asOf}
        """;

    // JSON's null and no JSON at all both come back as the text null: a line has a key and a value, or their bytes.
    private static byte[] Line(object?[] row) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"topic":"{{row[1]}}","partition":{{row[2]}},"offset":{{row[3]}},"timestamp":{{row[4]}},"headers":{{row[5] ?? "null"}},{{Part("key", row[6], row[8])}},{{Part("value", row[7], row[9])}}}"""));

    private static string Part(string name, object? json, object? bytes) => bytes is string text ? $"\"{name}_bytes\":\"{text}\"" : $"\"{name}\":{json ?? "null"}";
}
