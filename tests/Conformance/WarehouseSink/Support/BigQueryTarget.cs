using System.Net.Http.Json;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Servers;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Sql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>A bucket, and data sets on the emulator, each behind a proxy; BigQuery's with its rules for jobs.</summary>
internal sealed class BigQueryTarget : ILoaderTarget
{
    private readonly FaultProxy _storage;
    private readonly FaultProxy _bigQuery;
    private readonly BigQueryClient _client;
    private readonly string _folder;

    private BigQueryTarget(LabServers servers, string name)
    {
        var bucket = BucketOf(name);
        var (storage, bigQuery) = (new Uri(servers.Gcs), new Uri(servers.BigQuery));
        (_storage, _bigQuery) = (new FaultProxy(storage), new FaultProxy(bigQuery, forward => new JobGuard(forward)));
        (_client, _folder, Names) = (BigQueryUnderTest.ClientOf(bigQuery), TestFolder.Create(name), new WarehouseNames(name));
        var gcs = new GcsSettings(bucket, storage, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(10));
        Lake = new GcsLake(new GcsClient(gcs, new LineMeters(), TimeProvider.System, null), bucket, LakeShape.Of(LakeCompression.None), new LakeNews(TimeProvider.System));
        Settings = new Dictionary<string, string>
        {
            ["Warehouse:Kind"] = "bigquery",
            ["Warehouse:Project"] = "hospital-local",
            ["Warehouse:Dataset"] = name,
            ["Warehouse:LoadInterval"] = "00:00:00",
            ["Lake:Kind"] = "gcs",
            ["Lake:Bucket"] = bucket,
            ["Lake:Compression"] = "none",
            ["Line:State"] = Path.Combine(_folder, "state"),
        };
        Environment = new Dictionary<string, string> { ["STORAGE_EMULATOR_HOST"] = _storage.Address.AbsoluteUri, ["BIGQUERY_EMULATOR_HOST"] = _bigQuery.Address.AbsoluteUri };
    }

    public ILake Lake { get; }

    public WarehouseNames Names { get; }

    public IWarehouseSql Sql => new BigQuerySql(_client, Names);

    public IReadOnlyDictionary<string, string> Settings { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public int Kills => 1;

    public int Objects => 5;

    public TimeSpan Look => TimeSpan.FromMilliseconds(500);

    public int MostSkipped => 1;

    public static async Task<BigQueryTarget> CreateAsync(LabServers servers, string name)
    {
        using var client = new HttpClient();
        using var made = await client.PostAsJsonAsync(
            new Uri(new Uri(servers.Gcs), "storage/v1/b?project=test"), new { name = BucketOf(name) }, TestContext.Current.CancellationToken);
        made.EnsureSuccessStatusCode();
        return new BigQueryTarget(servers, name);
    }

    public int MostRecords(Random random) => random.Next(3, 5);

    public void Arm(LoaderPoint point, int skip, bool other, Action strike)
    {
        var count = new Countdown(skip);
        (_storage.Choose, _bigQuery.Choose) = (point, other) switch
        {
            (LoaderPoint.Claimed, true) => (At(IsClaim, FaultPlace.End), null),
            (LoaderPoint.Claimed, false) => (Noted(IsClaim), After(FaultPlace.Start)),
            (LoaderPoint.Loading, true) => (null, At(IsLoad, FaultPlace.End)),
            (LoaderPoint.Loading, false) => (null, NotedThenAfter(IsLoad)),
            (LoaderPoint.BeforeCommit, true) => (null, At(IsTransaction, FaultPlace.Start)),
            (LoaderPoint.BeforeCommit, false) => (null, At(static request => request.IsUpload, FaultPlace.End)),
            _ => (null, At(IsTransaction, FaultPlace.End)),
        };

        Func<ProxiedRequest, Fault?> At(Func<ProxiedRequest, bool> of, FaultPlace place) => request => of(request) && count.IsNow() ? Struck(place) : null;

        Func<ProxiedRequest, Fault?> Noted(Func<ProxiedRequest, bool> of) => request =>
        {
            if (of(request))
            {
                count.IsNow();
            }

            return null;
        };

        Func<ProxiedRequest, Fault?> After(FaultPlace place) => _ => count.IsPast() ? Struck(place) : null;

        // The job is accepted and its answer read; what comes next never arrives.
        Func<ProxiedRequest, Fault?> NotedThenAfter(Func<ProxiedRequest, bool> of)
        {
            var after = After(FaultPlace.Start);
            return request =>
            {
                if (of(request))
                {
                    count.IsNow();
                    return null;
                }

                return after(request);
            };
        }

        Fault Struck(FaultPlace place)
        {
            strike();
            return new Fault(null, place);
        }
    }

    public void Disarm() => (_storage.Choose, _bigQuery.Choose) = (null, null);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _storage.DisposeAsync();
        await _bigQuery.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string BucketOf(string name) => name.Replace('_', '-');

    private static bool IsClaim(ProxiedRequest request) => request.IsUpload && Has(request, "\"loads/"u8);

    private static bool IsLoad(ProxiedRequest request) => request.Method == "POST" && Has(request, "\"sourceUris\""u8);

    private static bool IsTransaction(ProxiedRequest request) => request.Method == "POST" && Has(request, "hospital_fenced"u8);

    private static bool Has(ProxiedRequest request, ReadOnlySpan<byte> text) => request.Body.AsSpan().IndexOf(text) >= 0;
}
