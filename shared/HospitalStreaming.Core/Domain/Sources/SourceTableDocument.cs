using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Core.Domain.Sources;

/// <summary>
/// A table's description as a JSON document: {"schema","table","key":[names],"columns":[{"name","type","enum"?,"nullable"}],"modes":{…}}, types as
/// PostgreSQL prints them, modes in Debezium's words (decimal.handling.mode and so on). What a mode leaves out is Debezium's default.
/// </summary>
public static class SourceTableDocument
{
    /// <summary>Debezium's own defaults, which hold where a document says nothing.</summary>
    public static ValueModes Defaults { get; } = new() { Decimals = DecimalHandlingMode.Precise };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly ImmutableArray<(string Name, ImmutableArray<string> Words)> ModeWords =
    [
        ("decimal.handling.mode", ["string", "precise", "double"]),
        ("time.precision.mode", ["adaptive", "adaptive_time_microseconds", "connect", "isostring"]),
        ("binary.handling.mode", ["bytes", "base64", "base64-url-safe", "hex"]),
        ("interval.handling.mode", ["numeric", "string"]),
        ("hstore.handling.mode", ["json", "map"]),
    ];

    /// <summary>The document; the same table always gives the same bytes.</summary>
    public static byte[] Write(SourceTable table)
    {
        var root = new JsonObject
        {
            ["schema"] = table.Schema,
            ["table"] = table.Name,
            ["key"] = new JsonArray([.. table.Key.Select(name => JsonValue.Create(name))]),
            ["columns"] = new JsonArray([.. table.Columns.Select(Column)]),
            ["modes"] = new JsonObject(Numbers(table.Modes).Select((number, i) => KeyValuePair.Create(ModeWords[i].Name, (JsonNode?)ModeWords[i].Words[number]))),
        };
        return JsonSerializer.SerializeToUtf8Bytes(root, Indented);
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It describes no table.</exception>
    public static SourceTable Read(ReadOnlySpan<byte> document)
    {
        try
        {
            var root = JsonNode.Parse(document)!.AsObject();
            var columns = root["columns"]!.AsArray().Select(column => Column(column!.AsObject())).ToImmutableArray();
            var key = (root["key"]?.AsArray() ?? []).Select(name => (string)name!).ToImmutableArray();
            if (columns.Length == 0 || columns.DistinctBy(column => column.Name).Count() < columns.Length || !key.All(name => columns.Any(column => column.Name == name)))
            {
                throw new FormatException("a table has columns, each once, and its key is among them");
            }

            return new SourceTable((string?)root["schema"] ?? "public", (string)root["table"]!, columns, key, Modes(root["modes"]?.AsObject() ?? []));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new FormatException("the document describes no table: it needs table, key and columns with name and type", failure);
        }
    }

    private static JsonNode Column(SourceColumn column)
    {
        var node = new JsonObject { ["name"] = column.Name, ["type"] = column.Type.Name };
        if ((column.Type.Element ?? column.Type).Kind == SourceKind.Enum)
        {
            node["enum"] = true;
        }

        node["nullable"] = column.Nullable;
        return node;
    }

    private static SourceColumn Column(JsonObject column) => new(
        (string?)column["name"] ?? throw new FormatException("a column has no name"),
        SourceType.Parse((string?)column["type"] ?? throw new FormatException("a column has no type"), (bool?)column["enum"] ?? false),
        (bool?)column["nullable"] ?? true);

    private static int[] Numbers(ValueModes modes) => [(int)modes.Decimals, (int)modes.Times, (int)modes.Binary, (int)modes.Intervals, (int)modes.Hstore];

    private static ValueModes Modes(JsonObject modes)
    {
        var numbers = Numbers(Defaults);
        foreach (var (name, word) in modes)
        {
            var mode = ModeWords.FindIndex(item => item.Name == name);
            var number = mode < 0 ? -1 : ModeWords[mode].Words.IndexOf((string?)word ?? string.Empty);
            numbers[mode < 0 ? 0 : mode] = number >= 0 ? number : throw new FormatException($"no mode {name} with that value is known");
        }

        return new ValueModes
        {
            Decimals = (DecimalHandlingMode)numbers[0],
            Times = (TimePrecisionMode)numbers[1],
            Binary = (BinaryHandlingMode)numbers[2],
            Intervals = (IntervalHandlingMode)numbers[3],
            Hstore = (HstoreHandlingMode)numbers[4],
        };
    }

    private static int FindIndex<T>(this ImmutableArray<T> items, Func<T, bool> wanted)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (wanted(items[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
