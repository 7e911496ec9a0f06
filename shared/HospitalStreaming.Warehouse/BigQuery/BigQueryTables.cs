using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Data sets and tables by REST, with explicit schemas. Everything is created if missing; nothing that is there is changed or dropped.</summary>
internal sealed class BigQueryTables(BigQueryClient client, WarehouseNames names)
{
    /// <summary>Columns of current behind the table's own. BigQuery reserves names that begin with _partition, hence _log_partition.</summary>
    internal static IReadOnlyList<(string Name, string Type)> Meta { get; } =
    [
        ("_deleted", "BOOL"), ("_op", "STRING"), ("_lsn", "INT64"), ("_source_epoch", "INT64"),
        ("_log_partition", "INT64"), ("_offset", "INT64"), ("_committed_at", "TIMESTAMP"),
    ];

    /// <summary>The lake's lines as they are. Loads name no source column, so the days are those of loading.</summary>
    internal static JArray RawFields { get; } = Fields(
    [
        ("topic", "STRING"), ("partition", "INT64"), ("offset", "INT64"), ("timestamp", "INT64"), ("headers", "JSON"),
        ("key", "JSON"), ("value", "JSON"), ("key_bytes", "STRING"), ("value_bytes", "STRING"),
    ]);

    internal static JArray CurrentFields(TableDescription table) => Fields(
        [.. table.Columns.Select(column => (column.Name, BigQueryValues.Type(column.Kind))), .. Meta]);

    private static readonly (string Name, (string Name, string Type)[] Columns)[] Line =
    [
        ("signals", [("name", "STRING"), ("version", "INT64"), ("changed_at", "TIMESTAMP")]),
        ("fences", [("name", "STRING"), ("token", "STRING"), ("used_at", "TIMESTAMP")]),
        ("load_heads", [("table_name", "STRING"), ("seq", "INT64"), ("nonce", "STRING")]),
        ("positions",
        [
            ("topic", "STRING"), ("partition", "INT64"), ("stream_epoch", "STRING"), ("next_offset", "INT64"), ("rows", "INT64"),
            ("last_day", "DATE"), ("seq", "INT64"), ("loaded_at", "TIMESTAMP"),
        ]),
        ("poison_records",
        [
            ("table_name", "STRING"), ("partition", "INT64"), ("offset", "INT64"), ("stream_epoch", "STRING"), ("held_key", "INT64"), ("reason", "STRING"),
        ]),
        ("pending_moves", [("table_name", "STRING"), ("key", "INT64"), ("missing_key", "INT64"), ("missing_lsn", "INT64")]),
    ];

    internal async Task EnsureAsync(IReadOnlyList<TableDescription> tables, CancellationToken cancellation)
    {
        foreach (var dataset in new[] { names.Raw, names.Current, names.Line })
        {
            if (await client.CallAsync("GET", $"datasets/{dataset}", null, cancellation) is null)
            {
                await CreateAsync("datasets", new JObject { ["datasetReference"] = Reference(dataset, null), ["location"] = client.Settings.Location }, cancellation);
            }
        }

        foreach (var table in tables)
        {
            var byDay = new JObject { ["type"] = "DAY" };
            await EnsureTableAsync(names.Raw, table.Name, RawFields, byDay, ["partition", "offset"], cancellation);
            await EnsureTableAsync(names.Current, table.Name, CurrentFields(table), null, [table.KeyColumn], cancellation);
        }

        foreach (var (name, columns) in Line)
        {
            await EnsureTableAsync(names.Line, name, Fields(columns), null, [], cancellation);
        }
    }

    /// <summary>A table for one load's rows; BigQuery removes it after a day where a crash left it.</summary>
    internal Task CreateStageAsync(string name, JArray fields, CancellationToken cancellation) => CreateAsync(
        $"datasets/{names.Line}/tables",
        new JObject
        {
            ["tableReference"] = Reference(names.Line, name),
            ["schema"] = new JObject { ["fields"] = fields },
            ["expirationTime"] = BigQueryValues.TextOf(client.Clock.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds()),
        },
        cancellation);

    internal Task DropStageAsync(string name, CancellationToken cancellation) =>
        client.CallAsync("DELETE", $"datasets/{names.Line}/tables/{name}", null, cancellation);

    internal JObject Reference(string dataset, string? table)
    {
        var reference = new JObject { ["projectId"] = client.Settings.Project, ["datasetId"] = dataset };
        if (table is not null)
        {
            reference["tableId"] = table;
        }

        return reference;
    }

    private async Task EnsureTableAsync(
        string dataset, string name, JArray fields, JObject? partitioning, string[] clustering, CancellationToken cancellation)
    {
        if (await client.CallAsync("GET", $"datasets/{dataset}/tables/{name}", null, cancellation) is not null)
        {
            return;
        }

        var table = new JObject { ["tableReference"] = Reference(dataset, name), ["schema"] = new JObject { ["fields"] = fields } };
        if (partitioning is not null)
        {
            table["timePartitioning"] = partitioning;
        }

        if (clustering.Length > 0)
        {
            table["clustering"] = new JObject { ["fields"] = new JArray(clustering) };
        }

        await CreateAsync($"datasets/{dataset}/tables", table, cancellation);
    }

    private async Task CreateAsync(string path, JObject body, CancellationToken cancellation)
    {
        try
        {
            await client.CallAsync("POST", path, body, cancellation);
        }
        catch (Sql.WarehouseSqlException failure) when (failure.Code == "duplicate")
        {
            // Another process was faster, or a reply was lost.
        }
    }

    private static JArray Fields(IReadOnlyList<(string Name, string Type)> columns) => new(columns.Select(column =>
        new JObject { ["name"] = column.Name, ["type"] = column.Type, ["mode"] = "NULLABLE" }));
}
