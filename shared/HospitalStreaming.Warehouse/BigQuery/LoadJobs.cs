using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Sql;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// Load jobs that take effect once. A claim's job is hs_TABLE_SEQ_ATTEMPT: jobs.get is asked before anything is sent, and after every doubt; a
/// failed job has loaded nothing, and its id is burned.
/// </summary>
internal sealed class LoadJobs(BigQueryClient client, BigQueryTables tables, BigQuerySql sql, WarehouseNames names, ILake lake)
{
    private const int AttemptsAtOnce = 3;

    private static readonly HashSet<string> Retryable = new(StringComparer.Ordinal)
    {
        "backendError", "internalError", "jobBackendError", "jobInternalError", "rateLimitExceeded", "jobRateLimitExceeded", "tableUnavailable", "timeout",
    };

    /// <summary>Brings a claim's objects into raw, exactly once, whoever began it, and marks it done.</summary>
    internal async Task LoadAsync(ClaimDocument claim, CancellationToken cancellation)
    {
        if (await lake.ReadDocumentAsync(claim.DonePath, cancellation) is not null)
        {
            return;
        }

        var fresh = 0;
        for (var attempt = 1; ; attempt++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"hs_{claim.Table}_{claim.Sequence}_{attempt}");
            var job = await FindAsync(id, cancellation);
            if (job is null)
            {
                fresh++;
                job = await InsertAsync(Configuration(id, claim), id, null, cancellation);
            }

            job = await EndAsync(job, id, cancellation);
            if (job.SelectToken("status.errorResult") is not JObject error)
            {
                await CheckAsync(claim, job, cancellation);
                await lake.CreateDocumentAsync(claim.DonePath, "{}"u8.ToArray(), cancellation);
                return;
            }

            var reason = (string?)error["reason"];
            if (reason is null || !Retryable.Contains(reason) || fresh >= AttemptsAtOnce)
            {
                throw BigQueryClient.Plain(reason, $"load job {id} failed: {(string?)error["message"]}");
            }
        }
    }

    /// <summary>Fills a stage by upload. The table is this load's own and is replaced, so that a repeated job changes nothing.</summary>
    internal async Task StageAsync(string stage, JArray fields, ReadOnlyMemory<byte> lines, CancellationToken cancellation)
    {
        await tables.CreateStageAsync(stage, fields, cancellation);
        var id = "hs_" + stage;
        var load = new JObject
        {
            ["destinationTable"] = tables.Reference(names.Line, stage),
            ["sourceFormat"] = "NEWLINE_DELIMITED_JSON",
            ["writeDisposition"] = "WRITE_TRUNCATE",
            ["schema"] = new JObject { ["fields"] = fields },
        };
        var job = await EndAsync(await InsertAsync(Wrap(id, load), id, lines, cancellation), id, cancellation);
        if (job.SelectToken("status.errorResult") is JObject error)
        {
            throw BigQueryClient.Plain((string?)error["reason"], $"load job {id} failed: {(string?)error["message"]}");
        }
    }

    private JObject Configuration(string id, ClaimDocument claim) => Wrap(id, new JObject
    {
        ["sourceUris"] = new JArray(claim.Objects.Select(item => lake.AddressOf(item.Name))),
        ["destinationTable"] = tables.Reference(names.Raw, claim.Table),
        ["sourceFormat"] = "NEWLINE_DELIMITED_JSON",
        ["writeDisposition"] = "WRITE_APPEND",
        ["createDisposition"] = "CREATE_NEVER",
        ["maxBadRecords"] = 0,
        ["schema"] = new JObject { ["fields"] = BigQueryTables.RawFields.DeepClone() },
    });

    private JObject Wrap(string id, JObject load) => new()
    {
        ["jobReference"] = new JObject { ["projectId"] = client.Settings.Project, ["jobId"] = id, ["location"] = client.Settings.Location },
        ["configuration"] = new JObject { ["load"] = load },
    };

    /// <summary>Sends a job. Where it was refused or its outcome is unknown, what counts is whether BigQuery has the job.</summary>
    private async Task<JObject> InsertAsync(JObject job, string id, ReadOnlyMemory<byte>? upload, CancellationToken cancellation)
    {
        try
        {
            return await client.CallAsync("POST", "jobs", job, cancellation, upload: upload) ?? job;
        }
        catch (WarehouseSqlException)
        {
            if (await FindAsync(id, cancellation) is { } known)
            {
                return known;
            }

            throw;
        }
    }

    private Task<JObject?> FindAsync(string id, CancellationToken cancellation) => client.CallAsync("GET", $"jobs/{id}", null, cancellation, located: true);

    private async Task<JObject> EndAsync(JObject job, string id, CancellationToken cancellation)
    {
        while ((string?)job.SelectToken("status.state") != "DONE")
        {
            await Task.Delay(client.Settings.FirstWait, client.Clock, cancellation);
            job = await FindAsync(id, cancellation) ?? throw new WarehouseSqlException("unknown", $"BigQuery forgot the running job {id}");
        }

        return job;
    }

    private async Task CheckAsync(ClaimDocument claim, JObject job, CancellationToken cancellation)
    {
        // The emulator's jobs carry no statistics; there the rows are counted in raw.
        var loaded = (string?)job.SelectToken("statistics.load.outputRows") is { } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : await CountAsync(claim, cancellation);
        if (loaded != claim.Rows)
        {
            throw new InvalidOperationException($"{claim.Path} claims {claim.Rows} rows, its load job added {loaded}; stop the loader and compare hospital_raw.{claim.Table} with the lake");
        }
    }

    private async Task<long> CountAsync(ClaimDocument claim, CancellationToken cancellation)
    {
        var ranges = claim.Objects.Select(item => string.Create(
            CultureInfo.InvariantCulture,
            $"(`partition` = {item.Name.Stream.Partition} AND `offset` >= {item.Name.StartOffset} AND `offset` < {item.Manifest!.Next})"));
        var rows = await sql.QueryAsync(
            $"SELECT COUNT(*) FROM `{names.Raw}`.`{claim.Table}` WHERE {string.Join(" OR ", ranges)}", new Dictionary<string, object?>(), cancellation);
        return (long)rows.Rows[0][0]!;
    }
}
