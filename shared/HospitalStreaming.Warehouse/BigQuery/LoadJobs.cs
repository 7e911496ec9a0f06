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
/// failed job has loaded nothing, and its id is burned. A stage is overwritten, so that even a job that ran twice leaves the claim's rows once. All
/// jobs of a load are submitted before the first is waited for, each when the meter lets it.
/// </summary>
internal sealed class LoadJobs(BigQueryClient client, BigQueryTables tables, BigQuerySql sql, WarehouseNames names, ILake lake, JobBook book)
{
    private const int AttemptsAtOnce = 3;

    private static readonly HashSet<string> Retryable = new(StringComparer.Ordinal)
    {
        "backendError", "internalError", "jobBackendError", "jobInternalError", "rateLimitExceeded", "jobRateLimitExceeded", "tableUnavailable", "timeout", JobBook.QuotaExceeded,
    };

    /// <summary>Brings lines of claims into their stages, whoever began it: from the lake, or rewritten where BigQuery would not take them so.</summary>
    internal async Task StageClaimsAsync(IReadOnlyList<TableBatch> batches, CancellationToken cancellation)
    {
        var begun = new List<ClaimJob>();
        foreach (var batch in batches)
        {
            foreach (var part in batch.Claim.Parts)
            {
                begun.Add(await BeginAsync(part, batch.Rewritten.Contains(part.StreamEpoch) ? new RecordReader(batch.Table) : null, 1, 0, cancellation));
            }
        }

        foreach (var job in begun)
        {
            await FinishAsync(job, cancellation);
        }
    }

    /// <summary>Begins to fill a stage by upload. Its name is this load's own.</summary>
    /// <returns>The job, for <see cref="EndRowsAsync"/>.</returns>
    internal async Task<RowsJob> BeginRowsAsync(string table, string stage, JArray fields, long rows, ReadOnlyMemory<byte> lines, CancellationToken cancellation)
    {
        await tables.CreateStageAsync(stage, fields, cancellation);
        var id = "hs_" + stage;
        return new RowsJob(id, table, stage, rows, await SubmitAsync(JobBook.RowsOf(table), Job(id, table, Load(stage, fields)), id, lines, cancellation));
    }

    /// <summary>Waits for a job that fills a stage by upload.</summary>
    /// <exception cref="WarehouseSqlException">It failed, or staged other rows than were sent: nothing of them takes effect, and they are sent again.</exception>
    internal async Task EndRowsAsync(RowsJob begun, CancellationToken cancellation)
    {
        var job = await EndAsync(begun.Job, begun.Id, cancellation);
        book.Ended(JobBook.RowsOf(begun.Table), ReasonOf(job));
        if (job.SelectToken("status.errorResult") is JObject error)
        {
            throw Failed(begun.Id, error);
        }

        var staged = OutputRows(job) ?? await CountAsync(begun.Stage, string.Empty, cancellation);
        if (staged != begun.Rows)
        {
            throw new WarehouseSqlException("internalError", string.Create(CultureInfo.InvariantCulture, $"load job {begun.Id} staged {staged} of {begun.Rows} rows"));
        }
    }

    private async Task<ClaimJob> BeginAsync(ClaimPart part, RecordReader? rewriting, int attempt, int fresh, CancellationToken cancellation)
    {
        var id = part.JobId(attempt);
        if (await FindAsync(id, cancellation) is { } known)
        {
            book.Found(part.Claim.Table, id, known);
            return new ClaimJob(part, rewriting, attempt, fresh, known, Found: true);
        }

        var fields = rewriting is null ? BigQueryLayout.LakeLineFields : BigQueryLayout.RewrittenFields(rewriting.Table);
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

        var sent = await SubmitAsync(part.Claim.Table, Job(id, part.Claim.Table, load), id, lines, cancellation);
        return new ClaimJob(part, rewriting, attempt, fresh + 1, sent, Found: false);
    }

    private async Task FinishAsync(ClaimJob begun, CancellationToken cancellation)
    {
        while (true)
        {
            var (part, id) = (begun.Part, begun.Part.JobId(begun.Attempt));
            var job = await EndAsync(begun.Job, id, cancellation);
            var reason = ReasonOf(job);
            book.Ended(part.Claim.Table, reason);
            if (job.SelectToken("status.errorResult") is JObject error)
            {
                // One that was found failed before: whatever its reason, somebody may have seen to it since.
                if (!begun.Found && (reason is null || !Retryable.Contains(reason) || begun.Fresh >= AttemptsAtOnce))
                {
                    throw Failed(id, error);
                }
            }
            else if (await StagedAsync(part, begun.Found ? null : job, cancellation) is { } rows)
            {
                CheckRows(part, rows);
                return;
            }

            begun = await BeginAsync(part, begun.Rewriting, begun.Attempt + 1, begun.Fresh, cancellation);
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
        if (part.Only.Length == 0 && OutputRows(job) is { } rows)
        {
            return rows;
        }

        try
        {
            return await CountAsync(part.Stage, part.Only, cancellation);
        }
        catch (WarehouseSqlException failure) when (failure.IsMissingTable && job is null)
        {
            return null;
        }
    }

    private static long? OutputRows(JObject? job) => (string?)job?.SelectToken("statistics.load.outputRows") is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private async Task<long> CountAsync(string stage, string only, CancellationToken cancellation) =>
        (long)(await sql.QueryAsync($"SELECT COUNT(*) FROM `{names.Line}`.`{stage}` {only}", new Dictionary<string, object?>(), cancellation)).Rows[0][0]!;

    private JObject Load(string stage, JArray fields) => new()
    {
        ["destinationTable"] = tables.Reference(names.Line, stage),
        ["sourceFormat"] = "NEWLINE_DELIMITED_JSON",
        ["writeDisposition"] = "WRITE_TRUNCATE",
        ["createDisposition"] = "CREATE_NEVER",
        ["maxBadRecords"] = 0,
        ["schema"] = new JObject { ["fields"] = fields.DeepClone() },
    };

    private JObject Job(string id, string table, JObject load) => new()
    {
        ["jobReference"] = new JObject { ["projectId"] = client.Settings.Project, ["jobId"] = id, ["location"] = client.Settings.Location },
        ["configuration"] = new JObject { ["load"] = load, ["labels"] = BigQueryLabels.Of(names, table) },
    };

    private async Task<JObject> SubmitAsync(string counted, JObject job, string id, ReadOnlyMemory<byte>? upload, CancellationToken cancellation)
    {
        await book.WaitAsync(counted, cancellation);
        try
        {
            return await InsertAsync(job, id, upload, cancellation);
        }
        catch (WarehouseSqlException refused)
        {
            book.Ended(counted, refused.Code);
            throw;
        }
    }

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

    private static string? ReasonOf(JObject job) => (string?)job.SelectToken("status.errorResult.reason");

    private static WarehouseSqlException Failed(string id, JObject error) =>
        BigQueryClient.Plain((string?)error["reason"], $"load job {id} failed: {(string?)error["message"]}");

    /// <param name="Id">Its id.</param>
    /// <param name="Table">Table whose rows it brings.</param>
    /// <param name="Stage">Where to.</param>
    /// <param name="Rows">How many were sent.</param>
    /// <param name="Job">What BigQuery said of it.</param>
    internal sealed record RowsJob(string Id, string Table, string Stage, long Rows, JObject Job);

    /// <param name="Part">What it loads.</param>
    /// <param name="Rewriting">Reads its lines where they are rewritten.</param>
    /// <param name="Attempt">Number of its id.</param>
    /// <param name="Fresh">Jobs sent for the part by now.</param>
    /// <param name="Job">What BigQuery said of it.</param>
    /// <param name="Found">It was sent earlier.</param>
    private sealed record ClaimJob(ClaimPart Part, RecordReader? Rewriting, int Attempt, int Fresh, JObject Job, bool Found);
}
