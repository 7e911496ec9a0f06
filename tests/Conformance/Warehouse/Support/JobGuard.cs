using System.Collections.Concurrent;
using System.Text;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>
/// BigQuery's rules for jobs, where bigquery-emulator has others: an id is used once, and a second insert of it is answered 409 and runs nothing; a
/// job that failed is remembered as such; a table takes so many loads a day.
/// </summary>
internal sealed class JobGuard(Func<ProxiedRequest, Task<ProxiedResponse>> forward) : IProxyGuard
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JObject> _failed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Reason, bool HalfWay)> _failures = new();

    /// <summary>Load jobs that ran, in order.</summary>
    internal ConcurrentQueue<string> Loads { get; } = new();

    /// <summary>Inserts of an id that was used before.</summary>
    internal int Duplicates { get; private set; }

    /// <summary>Loads that one table still takes today. Default: BigQuery's 1,500.</summary>
    internal int LoadsLeft { get; set; } = 1_500;

    /// <summary>The next load jobs from the bucket fail for these reasons.</summary>
    internal void Fail(params string[] reasons)
    {
        foreach (var reason in reasons)
        {
            _failures.Enqueue((reason, false));
        }
    }

    /// <summary>The next load job from the bucket fails when it has landed its first object: worse than BigQuery's own, which land all or nothing.</summary>
    internal void FailHalfWay(string reason) => _failures.Enqueue((reason, true));

    public bool Takes(ProxiedRequest request) => IsInsert(request) || (request.Method == "GET" && _failed.ContainsKey(IdOf(request)));

    public async Task<ProxiedResponse> CarryOutAsync(ProxiedRequest request)
    {
        if (request.Method == "GET")
        {
            return Answer(200, _failed[IdOf(request)]);
        }

        await _one.WaitAsync();
        try
        {
            return await InsertAsync(request, JobOf(request));
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<ProxiedResponse> InsertAsync(ProxiedRequest request, JObject job)
    {
        var id = (string)job.SelectToken("jobReference.jobId")!;
        if (_ids.Contains(id))
        {
            Duplicates++;
            return Refusal(409, "duplicate", $"Already Exists: Job {id}");
        }

        if (job.SelectToken("configuration.load.sourceUris") is null)
        {
            _ids.Add(id);
            return await forward(request);
        }

        if (LoadsLeft == 0)
        {
            return Refusal(403, "quotaExceeded", "Quota exceeded: Your table exceeded quota for imports or query appends per table");
        }

        LoadsLeft--;
        _ids.Add(id);
        Loads.Enqueue(id);
        if (_failures.TryDequeue(out var failure))
        {
            if (failure.HalfWay)
            {
                await HalfAsync(request, job);
            }

            return Answer(200, Failed(job, id, failure.Reason));
        }

        return await forward(request);
    }

    private async Task HalfAsync(ProxiedRequest request, JObject job)
    {
        var half = (JObject)job.DeepClone();
        half["jobReference"]!["jobId"] = $"half_{_ids.Count}";
        half["configuration"]!["load"]!["sourceUris"] = new JArray(job.SelectToken("configuration.load.sourceUris[0]")!);
        var landed = await forward(request with { Body = Bytes(half) });
        if (landed.Status >= 300)
        {
            throw new InvalidOperationException($"the emulator did not take half of a load: {landed.Status}");
        }
    }

    private JObject Failed(JObject job, string id, string reason)
    {
        job["status"] = new JObject { ["state"] = "DONE", ["errorResult"] = new JObject { ["reason"] = reason, ["message"] = "the job failed" } };
        return _failed[id] = job;
    }

    private static bool IsInsert(ProxiedRequest request) => request.Method == "POST" && request.Target.Split('?')[0].EndsWith("/jobs", StringComparison.Ordinal);

    private static string IdOf(ProxiedRequest request) => request.Target.Split('?')[0].Split('/')[^1];

    // An upload's body is multipart: the job is the JSON of its first part.
    private static JObject JobOf(ProxiedRequest request)
    {
        var text = Encoding.UTF8.GetString(request.Body);
        using var reader = new JsonTextReader(new StringReader(text[text.IndexOf('{', StringComparison.Ordinal)..]));
        return JObject.Load(reader);
    }

    private static ProxiedResponse Refusal(int status, string reason, string message) => Answer(status, new JObject
    {
        ["error"] = new JObject { ["code"] = status, ["message"] = message, ["errors"] = new JArray(new JObject { ["reason"] = reason, ["message"] = message }) },
    });

    private static ProxiedResponse Answer(int status, JObject body) => new(status, [new("Content-Type", "application/json")], Bytes(body));

    private static byte[] Bytes(JObject json) => Encoding.UTF8.GetBytes(json.ToString(Formatting.None));
}
