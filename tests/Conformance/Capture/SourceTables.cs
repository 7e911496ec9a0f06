using System.Text.Json;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>What really stands in the source, in the spelling of our messages (decimals as text, times adaptive).</summary>
internal static class SourceTables
{
    /// <summary>Rows by key as JSON, columns by name as JSON text.</summary>
    public static async Task<SortedDictionary<string, SortedDictionary<string, string>>> RowsAsync(CapturedDatabase database, string table, string key)
    {
        await using var connection = await database.OpenAsync();
        await using var columnsCommand = new NpgsqlCommand(
            "SELECT attname::text, atttypid::regtype::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", connection);
        columnsCommand.Parameters.AddWithValue(table);
        var columns = new List<string>();
        await using (var reader = await columnsCommand.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var name = reader.GetString(0);
                var expression = reader.GetString(1) switch
                {
                    "date" => $"({name} - date '1970-01-01')",
                    "numeric" => $"{name}::text",
                    "timestamp without time zone" => $"(extract(epoch FROM {name}) * 1000000)::bigint",
                    _ => name,
                };
                columns.Add($"'{name}', to_json({expression})");
            }
        }

        var rows = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand($"SELECT {key}, json_build_object({string.Join(", ", columns)})::text FROM {table}", connection);
        await using var all = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await all.ReadAsync(TestContext.Current.CancellationToken))
        {
            using var row = JsonDocument.Parse(all.GetString(1));
            rows[$"{{\"{key}\":{all.GetValue(0)}}}"] = new SortedDictionary<string, string>(
                row.RootElement.EnumerateObject().ToDictionary(column => column.Name, column => column.Value.GetRawText()), StringComparer.Ordinal);
        }

        return rows;
    }

    /// <summary>Both sides as lines, the text of JSON strings compared by what it says, not by its escapes.</summary>
    public static List<string> Lines(SortedDictionary<string, SortedDictionary<string, string>> rows) =>
    [
        .. rows.Select(row => row.Key + ": " + string.Join(", ", row.Value.Select(column => column.Key + "=" + Plain(column.Value)))),
    ];

    private static string Plain(string json) => json.StartsWith('"') ? "'" + JsonSerializer.Deserialize<string>(json) + "'" : json;
}
