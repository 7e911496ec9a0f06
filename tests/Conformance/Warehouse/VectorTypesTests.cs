using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Recorded;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// What Debezium recorded in each configuration, through lake objects and the loader, beside the source's own rows: the same statements ran on a real
/// PostgreSQL, whose catalog describes the tables.
/// </summary>
[Collection(WarehouseCollection.Name)]
public sealed class VectorTypesTests(WarehouseServers servers)
{
    private static readonly string[] Keyed =
        ["doctors", "patients", "medicines", "visits", "billing_payments", "prescriptions", "all_types", "full_identity", "toasted"];

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

    [Theory]
    [InlineData("defaults", 1)]
    [InlineData("string-decimals", 2)]
    [InlineData("double-connect", 3)]
    [InlineData("schemas", 4)]
    [InlineData("unwrapped", 5)]
    public async Task Every_recorded_configuration_gives_the_sources_rows_as_far_as_its_encoding_carries_them(string configuration, int seed)
    {
        await using var source = await TestDatabase.CreateAsync(servers, "types_source");
        await using var database = await TestDatabase.CreateAsync(servers, "types_warehouse");
        var folder = TestFolder.Create("types-" + configuration);
        var lake = new FolderLake(folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        await RunSourceAsync(source, withNaN: configuration is not ("defaults" or "schemas"));
        var documents = new TableDocuments(lake);
        var tables = new List<TableDescription>();
        foreach (var name in Keyed.Append("no_key"))
        {
            var described = await SourceCatalogReader.ReadAsync(source.Source, "public", name, Modes(configuration), Token);
            await documents.KeepAsync(described!, Token);
        }

        foreach (var name in Keyed.Append("no_key"))
        {
            tables.Add((await documents.ReadAsync(Token))[("public", name)].Table.ToDescription());
        }

        var warehouse = new PostgresWarehouse(database.Source, new WarehouseNames(), tables, lake);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var poison = new List<PoisonRecord>();
        foreach (var claim in await FillAsync(new LakeFill(lake), configuration, new Random(seed)))
        {
            await warehouse.LoadAsync(claim, (records, _) => KeepAsync(poison, records), Token);
        }

        // Connect's Cast writes a timestamp before 1970-01-02 as its time of day alone: the date is not in the message, and no date is made up.
        poison.Select(record => record.HeldKey).ShouldBe(configuration == "unwrapped" ? [1001L] : Array.Empty<long?>(), poison.FirstOrDefault()?.Detail);

        foreach (var table in tables.Where(table => table.HasKey))
        {
            // An added column's default and a renamed column's values reach old rows without any message: only a new snapshot shows them.
            var columns = table.Columns.Select(column => column.Name).Where(column => column is not ("allergies" or "contact")).ToList();
            var left = string.Join(", ", columns.Select(column => Printed(table, column, null)));
            var right = string.Join(", ", columns.Select(column => Printed(table, column, Lost(configuration, table.Name, column))));
            var actual = await database.TextAsync($"SELECT {left} FROM hospital.{table.Name} WHERE NOT _deleted ORDER BY {table.KeyColumn}");
            actual.ShouldBe(await source.TextAsync($"SELECT {right} FROM {table.Name} WHERE NOT ({table.KeyColumn} = ANY(ARRAY[{string.Join(',', poison.Select(record => record.HeldKey))}]::bigint[]) AND '{table.Name}' = 'visits') ORDER BY {table.KeyColumn}"), $"{configuration}: {table.Name}");
        }

        (await database.TextAsync("SELECT contact, allergies::text FROM hospital.patients WHERE patient_id = 5")).ShouldBe(
            await source.TextAsync("SELECT contact, allergies::text FROM patients WHERE patient_id = 5"));
        (await database.TextAsync("SELECT count(*) FILTER (WHERE op = 'c'), count(*) FILTER (WHERE op = 'd') FROM hospital_raw.no_key")).ShouldBe("2,2");
        (await database.TextAsync("SELECT to_regclass('hospital.no_key') IS NULL")).ShouldBe("true");
        Directory.Delete(folder, recursive: true);
    }

    private static Task KeepAsync(List<PoisonRecord> into, IReadOnlyList<PoisonRecord> records)
    {
        into.AddRange(records);
        return Task.CompletedTask;
    }

    // Both sides as text; what the warehouse keeps under another type is brought to one form.
    private static string Printed(TableDescription table, string column, string? lost)
    {
        var type = table.Required(column).Type;
        var value = lost ?? $"\"{column}\"";
        value = type?.Kind switch
        {
            SourceKind.Numeric or SourceKind.Money => $"round(({value})::numeric, 9)",
            SourceKind.Hstore => $"({value})::jsonb",
            SourceKind.TimeTz => $"({value}) AT TIME ZONE 'UTC'",
            _ => $"({value})",
        };

        // As the type itself prints it: a cast to text would cut char(n)'s blanks off and give inet a mask.
        return $"CASE WHEN {value} IS NOT NULL THEN format('%s', {value}) END";
    }

    private static string? Lost(string configuration, string table, string column)
    {
        var place = $"{table}.{column}";
        return configuration is "double-connect" or "unwrapped" && Connect.TryGetValue(place, out var connect) ? connect
            : configuration is "defaults" or "schemas" or "unwrapped" && Numeric.TryGetValue(place, out var numeric) ? numeric
            : null;
    }

    private static async Task RunSourceAsync(TestDatabase source, bool withNaN)
    {
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

    /// <summary>Objects of any sizes, loaded in any order that keeps each partition's own.</summary>
    private static async Task<List<LoadClaim>> FillAsync(LakeFill fill, string configuration, Random random)
    {
        var chains = new List<Queue<LakeObject>>();
        var lines = File.ReadLines(Path.Combine(VectorFolder.Path, "debezium", configuration + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement);
        foreach (var partition in lines.GroupBy(line => (Table: line.GetProperty("topic").GetString()!.Split('.')[^1], Partition: line.GetProperty("partition").GetInt32())))
        {
            if (partition.Key.Table != "no_key" && !Keyed.Contains(partition.Key.Table))
            {
                continue;
            }

            var chain = new Queue<LakeObject>();
            var records = partition.Select(line => (Bytes(line.GetProperty("key")), Bytes(line.GetProperty("value")), OldKey(line.GetProperty("headers")))).ToArray();
            for (var at = 0; at < records.Length;)
            {
                var size = random.Next(1, 6);
                chain.Enqueue(await fill.ObjectAsync(TopicNames.ChangesOf(partition.Key.Table), partition.Key.Partition, [.. records.Skip(at).Take(size)]));
                at += size;
            }

            chains.Add(chain);
        }

        var claims = new List<LoadClaim>();
        while (chains.Count > 0)
        {
            var chain = chains[random.Next(chains.Count)];
            claims.Add(new LoadClaim([chain.Dequeue()]));
            chains.RemoveAll(item => item.Count == 0);
        }

        return claims;
    }

    private static ValueModes Modes(string configuration) => configuration switch
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

    private static string? OldKey(JsonElement headers)
    {
        var texts = headers.EnumerateArray().Select(text => text.GetString()!).ToList();
        var at = texts.IndexOf(ChangeFields.OldKeyHeader);
        return at < 0 ? null : texts[at + 1];
    }

    private static byte[]? Bytes(JsonElement text) => text.ValueKind == JsonValueKind.Null ? null : Encoding.UTF8.GetBytes(text.GetString()!);

    private static string Script(string name) => File.ReadAllText(Path.Combine(VectorFolder.Path, "debezium", name));
}
