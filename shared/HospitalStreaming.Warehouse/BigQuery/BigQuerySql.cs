using System.Diagnostics;
using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Sql;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>SQL against BigQuery by jobs.query, pages read to the end. Several statements are one script in one transaction.</summary>
/// <param name="client">Sends requests.</param>
/// <param name="names">Data set names.</param>
public sealed class BigQuerySql(BigQueryClient client, WarehouseNames names) : IWarehouseSql
{
    internal const string AmongKeysOfService = "IN UNNEST(@keys)";
    internal const string AmongKeysOfEmulator = "IN (SELECT CAST(k AS INT64) FROM UNNEST(@keys) AS k)";

    private const int AnswerWithinMs = 10_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, object?> NoParameters = [];

    /// <summary>
    /// What follows a column that must be one of the parameter keys. A parameter, because query texts end up in audit logs and errors; an array of
    /// constants, because BigQuery then reads only the blocks that hold them. The emulator takes every array for one of texts.
    /// </summary>
    internal string AmongKeys(Core.Domain.TableDescription table) => client.Settings.Emulator is null ? AmongKeysOfService
        : BigQueryKey.IsText(table) ? "IN (SELECT CAST(k AS STRING) FROM UNNEST(@keys) AS k)" : AmongKeysOfEmulator;

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.BigQuery;

    /// <inheritdoc/>
    public Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation) => QueryAsync(
        statements.Count == 1
            ? statements[0]
            : $"BEGIN TRANSACTION;\n{string.Join(";\n", statements.Select(statement => statement.TrimEnd().TrimEnd(';')))};\nCOMMIT TRANSACTION;",
        NoParameters,
        cancellation);

    /// <inheritdoc/>
    public async Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
    {
        string[] columns = [];
        var rows = new List<object?[]>();
        await foreach (var page in PagesAsync(sql, parameters, cancellation))
        {
            columns = [.. Fields(page).Select(field => (string)field["name"]!)];
            rows.AddRange(Rows(page));
        }

        return new WarehouseRows(columns, rows);
    }

    /// <summary>Runs one query and gives its rows as they come: one page is held, not the table.</summary>
    /// <exception cref="WarehouseSqlException">BigQuery refuses it.</exception>
    internal async IAsyncEnumerable<object?[]> StreamAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in PagesAsync(sql, parameters, cancellation))
        {
            foreach (var row in Rows(page))
            {
                yield return row;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<long> WaitForSignalAsync(string signal, long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        // Asking costs nothing as long as nothing changed: BigQuery answers the same query over the same rows from its cache.
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var version = await VersionAsync(signal, cancellation);
            var left = atMost - Stopwatch.GetElapsedTime(started);
            if (version > seen || left <= TimeSpan.Zero)
            {
                return version;
            }

            await Task.Delay(left < LookEvery ? left : LookEvery, client.Clock, cancellation);
        }
    }

    private async Task<long> VersionAsync(string signal, CancellationToken cancellation)
    {
        var rows = await QueryAsync(
            $"SELECT version FROM `{names.Line}`.signals WHERE name = @name", new Dictionary<string, object?> { ["name"] = signal }, cancellation);
        return rows.Rows.Count == 0 ? 0 : (long)rows.Rows[0][0]!;
    }

    private async IAsyncEnumerable<JObject> PagesAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = await client.CallAsync("POST", "queries", Request(sql, parameters), cancellation)
            ?? throw new WarehouseSqlException(WarehouseSqlException.NotFound, "BigQuery does not know the project");
        while (true)
        {
            if ((bool?)page["jobComplete"] == true)
            {
                yield return page;
                if ((string?)page["pageToken"] is not { Length: > 0 })
                {
                    yield break;
                }
            }

            var job = (string?)page.SelectToken("jobReference.jobId") ?? throw new WarehouseSqlException("unknown", "BigQuery's answer names no job");
            page = await client.CallAsync("GET", $"queries/{job}", null, cancellation, located: true, pageToken: (string?)page["pageToken"])
                ?? throw new WarehouseSqlException("unknown", "BigQuery forgot a running query");
        }
    }

    private JObject Request(string sql, IReadOnlyDictionary<string, object?> parameters)
    {
        var body = new JObject
        {
            ["query"] = sql,
            ["useLegacySql"] = false,
            ["location"] = client.Settings.Location,
            ["timeoutMs"] = AnswerWithinMs,

            // A request repeated after a lost reply is answered by the first one's job.
            ["requestId"] = Guid.NewGuid().ToString(),
            ["labels"] = BigQueryLabels.Of(names),
            ["formatOptions"] = new JObject { ["useInt64Timestamp"] = true },
        };
        if (client.Settings.MaximumBytesBilled > 0)
        {
            body["maximumBytesBilled"] = BigQueryValues.TextOf(client.Settings.MaximumBytesBilled);
        }

        if (parameters.Count > 0)
        {
            body["parameterMode"] = "NAMED";
            body["queryParameters"] = new JArray(parameters.Select(parameter => BigQueryValues.Parameter(parameter.Key, parameter.Value)));
        }

        return body;
    }

    private static IEnumerable<JToken> Fields(JObject page) => page.SelectToken("schema.fields") ?? Enumerable.Empty<JToken>();

    private static IEnumerable<object?[]> Rows(JObject page)
    {
        var types = Fields(page).Select(field => (string?)field["mode"] == "REPEATED" ? "ARRAY" : (string)field["type"]!).ToArray();
        return (page["rows"] ?? Enumerable.Empty<JToken>())
            .Select(row => ((JArray)row["f"]!).Select((cell, i) => BigQueryValues.Cell(types[i], cell["v"])).ToArray());
    }
}
