using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Sql;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Data sets, tables and one view by REST, as <see cref="BigQueryLayout"/> has them. What is missing is created; nothing that is there is changed or dropped.</summary>
internal sealed class BigQueryTables(BigQueryClient client, WarehouseNames names)
{
    /// <summary>How long a stage outlives a loader that died: BigQuery removes it then, and its load job runs anew.</summary>
    private const int StageDays = 3;

    private const string Signals = "signals";

    internal async Task EnsureAsync(IReadOnlyList<TableDescription> tables, CancellationToken cancellation)
    {
        foreach (var dataset in new[] { names.Raw, names.Current, names.Views, names.Line, names.Staging, names.Intermediate, names.Marts })
        {
            if (await client.CallAsync("GET", $"datasets/{dataset}", null, cancellation) is null)
            {
                await CreateAsync("datasets", new JObject { ["datasetReference"] = Reference(dataset, null), ["location"] = client.Settings.Location }, cancellation);
            }
        }

        var raw = await ExistingAsync(names.Raw, cancellation);
        var current = await ExistingAsync(names.Current, cancellation);
        foreach (var table in tables)
        {
            if (raw.Contains(table.Name))
            {
                await AddColumnsAsync(names.Raw, table.Name, BigQueryLayout.RawFields(table), cancellation);
            }

            await EnsureTableAsync(raw, names.Raw, table.Name, BigQueryLayout.RawFields(table), BigQueryLayout.RawDay, BigQueryLayout.KeyId, cancellation);
            if (table.HasKey && current.Contains(table.Name))
            {
                await AddCurrentColumnsAsync(table, cancellation);
            }
            else if (table.HasKey)
            {
                await EnsureTableAsync(current, names.Current, table.Name, BigQueryLayout.CurrentFields(table), null, BigQueryKey.ColumnOf(table), cancellation);
            }
        }

        var line = await ExistingAsync(names.Line, cancellation);
        foreach (var (name, fields) in BigQueryLayout.Line)
        {
            await EnsureTableAsync(line, names.Line, name, fields, null, null, cancellation);
            if (line.Contains(name))
            {
                await AddColumnsAsync(names.Line, name, fields, cancellation);
            }
        }

        if (!line.Contains(Signals))
        {
            await CreateAsync($"datasets/{names.Line}/tables", View(names.Line, Signals, BigQueryLayout.SignalsView(names)), cancellation);
        }

        foreach (var table in CurrentViews.Of(tables))
        {
            await EnsureViewAsync(table.Name, CurrentViews.Query(names, table, name => $"`{name}`"), cancellation);
        }
    }

    /// <summary>
    /// Tells these tables from others that had or will have their names: claims and load jobs of a warehouse that was dropped and made anew must
    /// not pass for its own. BigQuery gives it: when the table of heads was created.
    /// </summary>
    /// <exception cref="WarehouseSqlException">There is no warehouse yet.</exception>
    internal async Task<string> LifeAsync(CancellationToken cancellation)
    {
        var heads = await client.CallAsync("GET", $"datasets/{names.Line}/tables/{BigQueryLayout.Heads}", null, cancellation);
        var created = (string?)heads?["creationTime"] ?? throw new WarehouseSqlException(WarehouseSqlException.NotFound, $"{names.Line}.{BigQueryLayout.Heads} is not there yet");
        return $"{names.Prefix}_{long.Parse(created, CultureInfo.InvariantCulture):x}";
    }

    /// <summary>A table for the rows of one load.</summary>
    internal Task CreateStageAsync(string name, JArray fields, CancellationToken cancellation) => CreateAsync(
        $"datasets/{names.Line}/tables",
        new JObject
        {
            ["tableReference"] = Reference(names.Line, name),
            ["schema"] = new JObject { ["fields"] = fields.DeepClone() },
            ["expirationTime"] = BigQueryValues.TextOf(client.Clock.GetUtcNow().AddDays(StageDays).ToUnixTimeMilliseconds()),
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

    private async Task<HashSet<string>> ExistingAsync(string dataset, CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        string? next = null;
        do
        {
            var page = await client.CallAsync("GET", $"datasets/{dataset}/tables", null, cancellation, pageToken: next) ?? [];
            found.UnionWith((page["tables"] ?? Enumerable.Empty<JToken>()).Select(table => (string)table.SelectToken("tableReference.tableId")!));
            next = (string?)page["nextPageToken"];
        }
        while (!string.IsNullOrEmpty(next));
        return found;
    }

    // A table that has gained a column since has it in its view too.
    private async Task EnsureViewAsync(string name, string query, CancellationToken cancellation)
    {
        var path = $"datasets/{names.Views}/tables";
        if (await client.CallAsync("GET", $"{path}/{name}", null, cancellation) is not { } there)
        {
            await CreateAsync(path, View(names.Views, name, query), cancellation);
        }
        else if ((string?)there.SelectToken("view.query") != query)
        {
            await client.CallAsync("PATCH", $"{path}/{name}", View(names.Views, name, query), cancellation);
        }
    }

    private JObject View(string dataset, string name, string query) => new()
    {
        ["tableReference"] = Reference(dataset, name),
        ["view"] = new JObject { ["query"] = query, ["useLegacySql"] = false },
    };

    private async Task EnsureTableAsync(
        HashSet<string> existing, string dataset, string name, JArray fields, string? dayColumn, string? clusterColumn, CancellationToken cancellation)
    {
        if (existing.Contains(name))
        {
            return;
        }

        var table = new JObject { ["tableReference"] = Reference(dataset, name), ["schema"] = new JObject { ["fields"] = fields.DeepClone() } };
        if (dayColumn is not null)
        {
            table["timePartitioning"] = new JObject { ["type"] = "DAY", ["field"] = dayColumn };
        }

        if (clusterColumn is not null)
        {
            table["clustering"] = new JObject { ["fields"] = new JArray(clusterColumn) };
        }

        await CreateAsync($"datasets/{dataset}/tables", table, cancellation);
    }

    /// <summary>Gives current the columns of a table that it lacks. Idempotent.</summary>
    internal Task AddCurrentColumnsAsync(TableDescription table, CancellationToken cancellation) =>
        AddColumnsAsync(names.Current, table.Name, BigQueryLayout.CurrentFields(table), cancellation);

    // A table that stands since an older version gets the columns that came later, behind those it has.
    private async Task AddColumnsAsync(string dataset, string name, JArray fields, CancellationToken cancellation)
    {
        var path = $"datasets/{dataset}/tables/{name}";
        var table = await client.CallAsync("GET", path, null, cancellation);
        var has = (table?.SelectToken("schema.fields") as JArray ?? []).Select(field => (string)field["name"]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        JToken[] missing = [.. fields.Where(field => !has.Contains((string)field["name"]!))];
        if (table is null || missing.Length == 0)
        {
            return;
        }

        var schema = (JArray)table.SelectToken("schema.fields")!;
        var all = new JArray(schema.Concat(missing).Select(field => field.DeepClone()));
        await client.CallAsync("PATCH", path, new JObject { ["schema"] = new JObject { ["fields"] = all } }, cancellation);
    }

    private async Task CreateAsync(string path, JObject body, CancellationToken cancellation)
    {
        try
        {
            await client.CallAsync("POST", path, body, cancellation);
        }
        catch (WarehouseSqlException failure) when (failure.Code == "duplicate")
        {
            // Another process was faster, or a reply was lost.
        }
    }
}
