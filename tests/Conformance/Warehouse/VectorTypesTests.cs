using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
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
        ["doctors", "patients", "medicines", "visits", "billing_payments", "prescriptions", "all_types", "full_identity", "composite_key", "toasted"];

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
        var recorded = new RecordedConfiguration(configuration);
        await recorded.RunSourceAsync(source);
        var tables = await recorded.DescribeAsync(source, lake, [.. Keyed, "no_key"]);
        var warehouse = new PostgresWarehouse(database.Source, new WarehouseNames(), tables, lake);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var poison = new List<PoisonRecord>();
        foreach (var claim in await FillAsync(new LakeFill(lake), recorded, new Random(seed)))
        {
            await warehouse.LoadAsync(claim, (records, _) => KeepAsync(poison, records), Token);
        }

        // Connect's Cast writes a timestamp before 1970-01-02 as its time of day alone: the date is not in the message, and no date is made up.
        poison.Select(record => record.HeldKey?.ToString()).ShouldBe(configuration == "unwrapped" ? ["1001"] : Array.Empty<string?>(), poison.FirstOrDefault()?.Detail);

        var held = $"WHERE NOT visit_id = ANY(ARRAY[{string.Join(',', poison.Select(record => record.HeldKey))}]::bigint[])";
        foreach (var table in tables.Where(table => table.HasKey))
        {
            // An added column's default and a renamed column's values reach old rows without any message: only a new snapshot shows them.
            var columns = table.Columns.Select(column => column.Name).Where(column => column is not ("allergies" or "contact")).ToList();
            var left = string.Join(", ", columns.Select(column => Printed(table, column, null)));
            var right = string.Join(", ", columns.Select(column => Printed(table, column, recorded.Lost(table.Name, column))));
            var actual = await database.TextAsync($"SELECT {left} FROM hospital.{table.Name} WHERE NOT _deleted ORDER BY {string.Join(", ", table.Key)}");
            actual.ShouldBe(await source.TextAsync($"SELECT {right} FROM {table.Name} {(table.Name == "visits" ? held : string.Empty)} ORDER BY {string.Join(", ", table.Key)}"), $"{configuration}: {table.Name}");
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

    /// <summary>Objects of any sizes, loaded in any order that keeps each partition's own.</summary>
    private static async Task<List<LoadClaim>> FillAsync(LakeFill fill, RecordedConfiguration recorded, Random random)
    {
        var chains = await recorded.ChainsAsync(fill, [.. Keyed, "no_key"], () => random.Next(1, 6));
        var claims = new List<LoadClaim>();
        while (chains.Count > 0)
        {
            var chain = chains[random.Next(chains.Count)];
            claims.Add(new LoadClaim([chain.Dequeue()]));
            chains.RemoveAll(item => item.Count == 0);
        }

        return claims;
    }
}
