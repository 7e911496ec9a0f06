using System.Net.Http.Json;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Tests.Support.Servers;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A bucket and data sets on emulators of the test's own. Objects are not compressed: the emulator cannot unpack them.</summary>
internal sealed class BigQueryUnderTest : IWarehouseUnderTest
{
    /// <summary>Collection of the classes that use it: an emulator keeps a core busy.</summary>
    public const string OneAtATime = "bigquery";

    /// <summary>Collection of the ones that may run beside those, one at a time too: two cores have room for two emulators.</summary>
    public const string Beside = "bigquery-beside";

    /// <summary>The tables of the suite: the emulator's every answer takes longer with all that it ever held.</summary>
    public static IReadOnlyList<TableDescription> Tables { get; } =
        [.. HospitalSchema.CapturedTables.Where(table => table.Name is "visits" or "doctors")];

    private readonly Uri _storage;
    private readonly string _bucket;

    private readonly LabServers _servers;

    private BigQueryUnderTest(LabServers servers, string bucket, string prefix)
    {
        var (storage, bigQuery) = (new Uri(servers.Gcs), new Uri(servers.BigQuery));
        (_servers, _storage, _bucket, Names) = (servers, storage, bucket, new WarehouseNames(prefix));
        var settings = new GcsSettings(bucket, storage, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(10));
        Lake = new GcsLake(
            new GcsClient(settings, new LineMeters(), TimeProvider.System, null), bucket, LakeShape.Of(LakeCompression.None), new LakeNews(TimeProvider.System));
        (Address, Client) = (bigQuery, ClientOf(bigQuery));
    }

    public Uri Address { get; }

    public BigQueryClient Client { get; }

    public ILake Lake { get; }

    public WarehouseNames Names { get; }

    public IWarehouseSql Sql => new BigQuerySql(Client, Names);

    /// <summary>On emulators of its own, skipped where there is no lab: an emulator's every answer takes longer with all that it ever held, up to minutes.</summary>
    public static async Task<BigQueryUnderTest> CreateAsync(string name)
    {
        Lab.SkipWhenAbsent();
        var servers = new LabServers();
        try
        {
            await servers.UpAsync("gcs", "bigquery");
            using var client = new HttpClient();
            using var made = await client.PostAsJsonAsync(
                new Uri(new Uri(servers.Gcs), "storage/v1/b?project=test"), new { name = "bq-" + name }, TestContext.Current.CancellationToken);
            made.EnsureSuccessStatusCode();
            return new BigQueryUnderTest(servers, "bq-" + name, "bq_" + name);
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public static BigQueryClient ClientOf(Uri address) => new(
        new BigQuerySettings("hospital-local", "US", address, null, 1_000_000_000, TimeSpan.FromMilliseconds(10)), new LineMeters(), TimeProvider.System);

    public async Task<long> ScalarAsync(string sql) =>
        (long)(await Sql.QueryAsync(sql, new Dictionary<string, object?>(), TestContext.Current.CancellationToken)).Rows[0][0]!;

    /// <summary>Drops the loader's data sets with all that is in them.</summary>
    public async Task DropAsync()
    {
        using var client = new HttpClient();
        foreach (var dataset in new[] { Names.Raw, Names.Current, Names.Line })
        {
            using var dropped = await client.DeleteAsync(
                new Uri(Address, $"bigquery/v2/projects/hospital-local/datasets/{dataset}?deleteContents=true"), TestContext.Current.CancellationToken);
            dropped.EnsureSuccessStatusCode();
        }
    }

    public IWarehouse Open() => Loader(Client, Lake);

    public IWarehouse OpenFor(IReadOnlyList<TableDescription> tables) => new BigQueryWarehouse(Client, Names, tables, Lake, TimeSpan.Zero);

    public IWarehouse OpenAs(WarehouseNames names) => new BigQueryWarehouse(Client, names, Tables, Lake, TimeSpan.Zero);

    public BigQueryWarehouse Loader(BigQueryClient client, ILake lake) => new(client, Names, Tables, lake, TimeSpan.Zero);

    public async Task DamageAsync(LakeObject item)
    {
        using var bytes = new MemoryStream();
        await using (var stored = await Lake.OpenReadAsync(item.Name, TestContext.Current.CancellationToken))
        {
            await stored.CopyToAsync(bytes);
        }

        var altered = bytes.ToArray();
        altered[^1] ^= 1;
        using var client = new HttpClient();
        using var content = new ByteArrayContent(altered);
        using var put = await client.PostAsync(
            new Uri(_storage, $"upload/storage/v1/b/{_bucket}/o?uploadType=media&name={Uri.EscapeDataString(item.Name.ToString())}"), content);
        put.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _servers.DisposeAsync();
    }
}
