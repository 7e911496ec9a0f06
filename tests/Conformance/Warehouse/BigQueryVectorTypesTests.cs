using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// What Debezium recorded in each configuration, through the loader into BigQuery's types, beside the source's own rows. Two claims: what the second
/// keeps of a row is what the first wrote.
/// </summary>
[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryVectorTypesTests(WarehouseServers servers) : IClassFixture<WarehouseServers>
{
    private static readonly string[] Tables = ["visits", "all_types", "toasted", "no_key"];

    private static readonly (string Column, string Other)[] Altered =
    [
        ("c_double", "c_double + 0.5"), ("c_numeric_10_2", "c_numeric_10_2 + 1"), ("c_timestamptz", "TIMESTAMP_ADD(c_timestamptz, INTERVAL 1 MICROSECOND)"),
        ("c_jsonb", "JSON '{}'"), ("c_int_array", "JSON '[7]'"), ("c_bytea", "b'7'"), ("c_interval", "'P0Y0M1DT0H0M0S'"),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("defaults")]
    [InlineData("string-decimals")]
    [InlineData("double-connect")]
    [InlineData("schemas")]
    [InlineData("unwrapped")]
    public async Task Every_recorded_configuration_gives_the_sources_rows_as_far_as_its_encoding_carries_them(string configuration)
    {
        await using var source = await TestDatabase.CreateAsync(servers, "bigquery_types_source");
        await using var test = await BigQueryUnderTest.CreateAsync("types_" + configuration.Replace('-', '_'));
        var recorded = new RecordedConfiguration(configuration);
        await recorded.RunSourceAsync(source);
        var tables = await recorded.DescribeAsync(source, test.Lake, Tables);
        var warehouse = new BigQueryWarehouse(test.Client, test.Names, [], test.Lake, TimeSpan.Zero);
        await warehouse.EnsureAsync(Token);
        warehouse.Tables.Select(table => table.Name).ShouldBe(Tables.Order(StringComparer.Ordinal));
        await warehouse.TakeOverAsync(Token);
        var poison = new List<PoisonRecord>();
        var chains = await recorded.ChainsAsync(new LakeFill(test.Lake), Tables, () => 3);
        foreach (var claim in new[] { new LoadClaim([.. chains.Select(chain => chain.Dequeue())]), new LoadClaim([.. chains.SelectMany(chain => chain)]) })
        {
            await warehouse.LoadAsync(claim, (records, _) => KeepAsync(poison, records), Token);
        }

        poison.Select(record => record.HeldKey?.ToString()).ShouldBe(configuration == "unwrapped" ? ["1001"] : Array.Empty<string?>(), poison.FirstOrDefault()?.Detail);
        var others = new List<string>();
        foreach (var table in tables.Where(table => table.HasKey))
        {
            ColumnDescription[] columns = [.. table.Columns];
            var expected = await SourceAsync(source, table, columns, recorded, poison);
            var actual = await WarehouseAsync(test, table, columns);
            actual.Count.ShouldBe(expected.Count, table.Name);
            for (var row = 0; row < expected.Count; row++)
            {
                for (var i = 0; i < columns.Length; i++)
                {
                    if (!await SameAsync(source, columns[i].Type?.Kind, expected[row][i], actual[row][i]))
                    {
                        others.Add($"{table.Name}.{columns[i].Name}, key {expected[row][0]}: source {expected[row][i] ?? "NULL"}, warehouse {actual[row][i] ?? "NULL"}");
                    }
                }
            }
        }

        others.ShouldBeEmpty();
        await VerifyAsync(source, test);
        var beside = await test.Sql.QueryAsync(
            $"SELECT id, TO_JSON_STRING(_texts) FROM {test.Names.Current}.all_types WHERE _texts IS NOT NULL ORDER BY id", new Dictionary<string, object?>(), Token);
        beside.Rows.Select(row => $"{row[0]} {row[1]}").ShouldBe(["""3 {"c_date":"-infinity","c_timestamp":"infinity","c_timestamptz":"-infinity"}"""]);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.no_key WHERE op IN ('c', 'd') AND lsn IS NOT NULL AND key_id IS NULL")).ShouldBe(4);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.visits WHERE op IS NULL OR lsn IS NULL OR key_id IS NULL")).ShouldBe(0);
    }

    // The same rows by verify: source, raw and current, column by column; and one value altered in current, of each type that is printed otherwise.
    private static async Task VerifyAsync(TestDatabase source, BigQueryUnderTest test)
    {
        // The emulator takes a load's base64 for the bytes themselves: what a load gives on BigQuery.
        await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.all_types SET c_bytea = FROM_HEX('deadbeef00') WHERE c_bytea IS NOT NULL"], Token);
        var report = await ReportAsync(source, test);
        report.Checks[0].NotChecked.ShouldBeNull();
        report.Checks[0].Findings.ShouldBeEmpty();

        // It keeps rows in SQLite, which has no NaN: one row that is really not what was loaded.
        report.Checks[1].Findings.ShouldHaveSingleItem().ShouldStartWith("all_types: 1 different (c_real in 1)");
        report.Checks[0].Counted.ShouldContain(counted => counted.StartsWith("all_types: ", StringComparison.Ordinal) && counted.Contains("rows compared column by column", StringComparison.Ordinal));

        foreach (var (column, other) in Altered)
        {
            await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.all_types SET {column} = {other} WHERE id = 1"], Token);
        }

        var altered = (await ReportAsync(source, test)).Checks[1].Findings.ShouldHaveSingleItem();
        altered.ShouldStartWith("all_types: 2 different (");
        foreach (var column in Altered.Select(one => one.Column))
        {
            altered.ShouldContain($"{column} in 1");
        }
    }

    private static Task<VerifyReport> ReportAsync(TestDatabase source, BigQueryUnderTest test)
    {
        var settled = new SettledSource(source);
        return new LineVerifier(settled, settled, test.Lake, new BigQueryWarehouseReader(test.Client, test.Names), null, [], TimeSpan.Zero)
            .RunAsync(new Progress<string>(), Token);
    }

    private static Task KeepAsync(List<PoisonRecord> into, IReadOnlyList<PoisonRecord> records)
    {
        into.AddRange(records);
        return Task.CompletedTask;
    }

    private static async Task<List<string?[]>> SourceAsync(
        TestDatabase source, TableDescription table, ColumnDescription[] columns, RecordedConfiguration recorded, List<PoisonRecord> poison)
    {
        var texts = columns.Select(column => Printed(column, recorded.Lost(table.Name, column.Name) ?? $"\"{column.Name}\""));
        var held = table.Name == "visits" && poison.Count > 0 ? $"WHERE {table.KeyColumn} <> {poison[0].HeldKey}" : string.Empty;
        var lines = await source.TextAsync($"SELECT to_jsonb(ARRAY[{string.Join(", ", texts)}]::text[])::text FROM {table.Name} {held} ORDER BY {table.KeyColumn}");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<string?[]>(line)!)];
    }

    // What the map of types makes of a value, said in PostgreSQL's words.
    private static string Printed(ColumnDescription column, string value) => "(" + column.Type?.Kind switch
    {
        SourceKind.Numeric or SourceKind.Money => $"trim_scale(({value})::numeric)",
        SourceKind.Boolean => value,

        // The emulator keeps rows in SQLite, which has no NaN.
        SourceKind.Real or SourceKind.Double => $"nullif({value}, 'NaN')",
        SourceKind.Bytes => $"encode({value}, 'base64')",
        SourceKind.Date or SourceKind.Timestamp => $"CASE WHEN isfinite({value}) THEN {value} END",
        SourceKind.TimestampTz => $"CASE WHEN isfinite({value}) THEN {value} AT TIME ZONE 'UTC' END",
        SourceKind.TimeTz => $"{value} AT TIME ZONE 'UTC'",
        SourceKind.Hstore => $"({value})::jsonb",
        SourceKind.Array when column.Type.Element!.Kind == SourceKind.Numeric => $"to_jsonb(({value})::text[])",
        SourceKind.Array => $"to_jsonb({value})",
        _ => $"CASE WHEN ({value}) IS NOT NULL THEN format('%s', {value}) END",
    } + ")::text";

    private static async Task<List<string?[]>> WarehouseAsync(BigQueryUnderTest test, TableDescription table, ColumnDescription[] columns)
    {
        // The port's decimals hold neither NaN nor infinity.
        var select = columns.Select(column => DescribedTypes.Of(column) == "FLOAT64" ? $"CAST({column.Name} AS STRING) AS {column.Name}" : column.Name);
        var rows = await test.Sql.QueryAsync(
            $"SELECT {string.Join(", ", select)} FROM {test.Names.Current}.{table.Name} WHERE NOT _deleted ORDER BY {table.KeyColumn}", new Dictionary<string, object?>(), Token);
        return [.. rows.Rows.Select(row => row.Select(Text).ToArray())];
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        decimal number => number.ToString("G29", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static async Task<bool> SameAsync(TestDatabase source, SourceKind? kind, string? expected, string? actual)
    {
        if (expected is null || actual is null)
        {
            return expected is null && actual is null;
        }

        return kind switch
        {
            SourceKind.Json or SourceKind.Jsonb or SourceKind.Hstore or SourceKind.Array =>
                JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(actual).RootElement),
            // The emulator takes a load's base64 for the bytes themselves.
            SourceKind.Bytes => Encoding.ASCII.GetString(Convert.FromBase64String(actual)) == expected,
            SourceKind.Interval => await source.TextAsync($"SELECT '{actual}'::interval::text = '{expected}'::interval::text") == "true",
            SourceKind.Real or SourceKind.Double => Number(expected).Equals(Number(actual)),
            SourceKind.Numeric or SourceKind.Money when actual.Contains('.', StringComparison.Ordinal) => actual.TrimEnd('0').TrimEnd('.') == expected,
            SourceKind.Timestamp or SourceKind.Time when actual.Contains('.', StringComparison.Ordinal) => actual.Replace('T', ' ').TrimEnd('0').TrimEnd('.') == expected,
            SourceKind.Timestamp => actual.Replace('T', ' ') == expected,
            _ => actual == expected,
        };
    }

    // Each side has its own words for what is no number.
    private static double Number(string text) => text.ToLowerInvariant() switch
    {
        "nan" => double.NaN,
        "infinity" or "inf" or "+inf" => double.PositiveInfinity,
        "-infinity" or "-inf" => double.NegativeInfinity,
        var digits => double.Parse(digits, CultureInfo.InvariantCulture),
    };
}
