using System.Globalization;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Sql;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// Load jobs into stages. A claim's job is hs_LIFE_TABLE_SEQ_EPOCH_ATTEMPT: jobs.get is asked before anything is sent, and after every doubt; a
/// failed job has loaded nothing, and its id is burned. A stage is overwritten, so that even a job that ran twice leaves the claim's rows once.
/// </summary>
internal sealed class LoadJobs(BigQueryClient client, BigQueryTables tables, BigQuerySql sql, WarehouseNames names, ILake lake)
{
    private const int AttemptsAtOnce = 3;

    private static readonly HashSet<string> Retryable = new(StringComparer.Ordinal)
    {
        "backendError", "internalError", "jobBackendError", "jobInternalError", "rateLimitExceeded", "jobRateLimitExceeded", "tableUnavailable", "timeout",
    };

    /// <summary>Brings a claim's lines into their stages, whoever began it: from the lake, or rewritten where BigQuery would not take them so.</summary>
    internal async Task StageClaimAsync(TableBatch batch, CancellationToken cancellation)
    {
        foreach (var part in batch.Claim.Parts)
        {
            await StageAsync(part, batch.Rewritten.Contains(part.StreamEpoch) ? new RecordReader(batch.Table) : null, cancellation);
        }
    }

    /// <summary>Fills a stage by upload. Its name is this load's own.</summary>
    internal async Task StageRowsAsync(string stage, JArray fields, ReadOnlyMemory<byte> lines, CancellationToken cancellation)
    {
        await tables.CreateStageAsync(stage, fields, cancellation);
        var id = "hs_" + stage;
        var job = await EndAsync(await InsertAsync(Job(id, Load(stage, fields)), id, lines, cancellation), id, cancellation);
        if (job.SelectToken("status.errorResult") is JObject error)
        {
            throw Failed(id, error);
        }
    }

    private async Task StageAsync(ClaimPart part, RecordReader? rewriting, CancellationToken cancellation)
    {
        var fresh = 0;
        for (var attempt = 1; ; attempt++)
        {
            var id = part.JobId(attempt);
            var job = await FindAsync(id, cancellation);
            var found = job is not null;
            if (job is null)
            {
                fresh++;
                var fields = rewriting is null ? BigQueryLayout.LakeLineFields : BigQueryLayout.RewrittenFields;
                await tables.CreateStageAsync(part.Stage, fields, cancellation);
                var load = Load(part.Stage, fields);
                ReadOnlyMemory<byte>? lines = null;
                if (rewriting is null)
                {
                    load["sourceUris"] = new JArray(part.Sources(lake));
                }
                else
                {
                    lines = await RewrittenLines.OfAsync(lake, part, rewriting, cancellation);
                }

                job = await InsertAsync(Job(id, load), id, lines, cancellation);
            }

            job = await EndAsync(job, id, cancellation);
            if (job.SelectToken("status.errorResult") is JObject error)
            {
                // One that was found failed before: whatever its reason, somebody may have seen to it since.
                if (!found && ((string?)error["reason"] is not { } reason || !Retryable.Contains(reason) || fresh >= AttemptsAtOnce))
                {
                    throw Failed(id, error);
                }
            }
            else if (await StagedAsync(part, found ? null : job, cancellation) is { } rows)
            {
                CheckRows(part, rows);
                return;
            }
        }
    }

    private static void CheckRows(ClaimPart part, long rows)
    {
        if (rows != part.Rows)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"{part.Claim.Path} claims {part.Rows} rows, its load job staged {rows}; nothing of it takes effect: compare its objects with the claim"));
        }
    }

    /// <summary>Rows in a stage: what its job says, else counted (the emulator's jobs say nothing). Null where the stage of an older job is gone by now.</summary>
    private async Task<long?> StagedAsync(ClaimPart part, JObject? job, CancellationToken cancellation)
    {
        if (part.Only.Length == 0 && (string?)job?.SelectToken("statistics.load.outputRows") is { } text)
        {
            return long.Parse(text, CultureInfo.InvariantCulture);
        }

        try
        {
            var rows = await sql.QueryAsync($"SELECT COUNT(*) FROM `{names.Line}`.`{part.Stage}` {part.Only}", new Dictionary<string, object?>(), cancellation);
            return (long)rows.Rows[0][0]!;
        }
        catch (WarehouseSqlException failure) when (failure.IsMissingTable && job is null)
        {
            return null;
        }
    }

    private JObject Load(string stage, JArray fields) => new()
    {
        ["destinationTable"] = tables.Reference(names.Line, stage),
        ["sourceFormat"] = "NEWLINE_DELIMITED_JSON",
        ["writeDisposition"] = "WRITE_TRUNCATE",
        ["createDisposition"] = "CREATE_NEVER",
        ["maxBadRecords"] = 0,
        ["schema"] = new JObject { ["fields"] = fields.DeepClone() },
    };

    private JObject Job(string id, JObject load) => new()
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

    private static WarehouseSqlException Failed(string id, JObject error) =>
        BigQueryClient.Plain((string?)error["reason"], $"load job {id} failed: {(string?)error["message"]}");
}
