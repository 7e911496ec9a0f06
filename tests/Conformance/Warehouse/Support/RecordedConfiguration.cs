using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Support.Recorded;
using HospitalStreaming.Warehouse.Describing;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>What Debezium recorded in one configuration (tests/Vectors/debezium), and its source: the same statements on a real PostgreSQL.</summary>
internal sealed class RecordedConfiguration(string name)
{
    /// <summary>Columns that an encoding does not carry whole, and what is left of them: docs/types.md.</summary>
    private static readonly Dictionary<string, string> Connect = new(StringComparer.Ordinal)
    {
        ["all_types.c_numeric"] = "c_numeric::double precision::text::numeric",
        ["all_types.c_time"] = "date_trunc('milliseconds', c_time)::time",
        ["all_types.c_timestamp"] = "date_trunc('milliseconds', c_timestamp)",
        ["visits.visit_date"] = "date_trunc('milliseconds', visit_date)",
    };

    private static readonly Dictionary<string, string> Numeric = new(StringComparer.Ordinal)
    {
        ["all_types.c_interval"] = "CASE WHEN c_interval IS NOT NULL THEN make_interval(secs => 37091106.789) END",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ValueModes Modes => name switch
    {
        "string-decimals" => new() { Times = TimePrecisionMode.IsoString, Intervals = IntervalHandlingMode.String, Binary = BinaryHandlingMode.Base64 },
        "double-connect" => new()
        {
            Decimals = DecimalHandlingMode.Double,
            Times = TimePrecisionMode.Connect,
            Intervals = IntervalHandlingMode.String,
            Binary = BinaryHandlingMode.Hex,
        },
        "unwrapped" => new() { Decimals = DecimalHandlingMode.Double, Times = TimePrecisionMode.Connect },
        _ => SourceTableDocument.Defaults,
    };

    /// <summary>Runs the source's statements.</summary>
    public async Task RunSourceAsync(TestDatabase source)
    {
        var withNaN = name is not ("defaults" or "schemas");
        await source.RunAsync("SET lc_monetary = 'C'; " + Script("schema.sql"));
        await source.RunAsync(Script("before.sql"));
        foreach (var line in Script("changes.sql").Split('\n').Where(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal)))
        {
            if (withNaN || !line.Contains("'NaN')", StringComparison.Ordinal) || line.Contains("c_smallint", StringComparison.Ordinal))
            {
                await source.RunAsync(line);
            }
        }
    }

    /// <summary>Describes tables from the source's catalog; the lake keeps the descriptions.</summary>
    public async Task<IReadOnlyList<TableDescription>> DescribeAsync(TestDatabase source, ILake lake, IReadOnlyList<string> tables)
    {
        var documents = new TableDocuments(lake);
        foreach (var table in tables)
        {
            var described = await SourceCatalogReader.ReadAsync(source.Source, "public", table, Modes, Token);
            await documents.KeepAsync(described!, Token);
        }

        var kept = await documents.ReadAsync(Token);
        return [.. tables.Select(table => kept[("public", table)].Table.ToDescription())];
    }

    /// <summary>The recorded messages as chains of objects of any sizes. What the source says its transactions consist of is a chain too.</summary>
    public async Task<List<Queue<LakeObject>>> ChainsAsync(LakeFill fill, IReadOnlyList<string> tables, Func<int> size)
    {
        var chains = new List<Queue<LakeObject>>();
        var lines = File.ReadLines(Path.Combine(VectorFolder.Path, "debezium", name + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement);
        foreach (var partition in lines.GroupBy(line => (Table: line.GetProperty("topic").GetString()!.Split('.')[^1], Partition: line.GetProperty("partition").GetInt32())))
        {
            var topic = tables.Contains(partition.Key.Table) ? TopicNames.ChangesOf(partition.Key.Table)
                : partition.Key.Table == "transaction" ? TopicNames.Transactions
                : null;
            if (topic is null)
            {
                continue;
            }

            var chain = new Queue<LakeObject>();
            var records = partition.Select(line => (Bytes(line.GetProperty("key")), Bytes(line.GetProperty("value")), OldKey(line.GetProperty("headers")))).ToArray();
            for (var at = 0; at < records.Length;)
            {
                var some = size();
                chain.Enqueue(await fill.ObjectAsync(topic, partition.Key.Partition, [.. records.Skip(at).Take(some)]));
                at += some;
            }

            chains.Add(chain);
        }

        return chains;
    }

    /// <summary>What is left of a column that the encoding does not carry whole, as an expression over the source; null where all of it is.</summary>
    public string? Lost(string table, string column)
    {
        var place = $"{table}.{column}";
        return name is "double-connect" or "unwrapped" && Connect.TryGetValue(place, out var connect) ? connect
            : name is "defaults" or "schemas" or "unwrapped" && Numeric.TryGetValue(place, out var numeric) ? numeric
            : null;
    }

    private static string? OldKey(JsonElement headers)
    {
        var texts = (headers.ValueKind == JsonValueKind.Array ? [.. headers.EnumerateArray()] : Array.Empty<JsonElement>()).Select(text => text.GetString()!).ToList();
        var at = texts.IndexOf(ChangeFields.OldKeyHeader);
        return at < 0 ? null : texts[at + 1];
    }

    private static byte[]? Bytes(JsonElement text) => text.ValueKind == JsonValueKind.Null ? null : Encoding.UTF8.GetBytes(text.GetString()!);

    private static string Script(string file) => File.ReadAllText(Path.Combine(VectorFolder.Path, "debezium", file));
}
