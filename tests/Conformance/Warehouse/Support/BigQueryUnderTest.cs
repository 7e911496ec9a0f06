using System.Net.Http.Json;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A bucket and data sets of a test's own on the lab's emulators. Objects are not compressed: the emulator cannot unpack them.</summary>
internal sealed class BigQueryUnderTest : IWarehouseUnderTest
{
    /// <summary>The tables of the suite: the emulator's every answer takes longer with all that it ever held.</summary>
    public static IReadOnlyList<TableDescription> Tables { get; } =
        [.. HospitalSchema.CapturedTables.Where(table => table.Name is "visits" or "doctors")];

    private readonly Uri _storage;
    private readonly string _bucket;

    private BigQueryUnderTest(Uri storage, Uri bigQuery, string bucket, string prefix)
    {
        (_storage, _bucket, Names) = (storage, bucket, new WarehouseNames(prefix));
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

    public static async Task<BigQueryUnderTest> CreateAsync(WarehouseServers servers, string name)
    {
        var storage = new Uri(await servers.GcsAsync());
        var bigQuery = new Uri(await servers.BigQueryAsync());

        // An emulator that outlives the run remembers jobs and data sets.
        var own = $"{name}{Guid.NewGuid():N}"[..(name.Length + 8)];
        using var client = new HttpClient();
        using var made = await client.PostAsJsonAsync(
            new Uri(storage, "storage/v1/b?project=test"), new { name = "bq-" + own }, TestContext.Current.CancellationToken);
        made.EnsureSuccessStatusCode();
        return new BigQueryUnderTest(storage, bigQuery, "bq-" + own, "bq_" + own);
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
        return ValueTask.CompletedTask;
    }
}
