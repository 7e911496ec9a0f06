using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>On the stand-in, with every tenth request going wrong somehow: replies get lost, so that a change meets itself.</summary>
public sealed class GcsLakeCompactionTests(GcsServer server) : LakeCompactionSuite, IClassFixture<GcsServer>, IAsyncLifetime
{
    private readonly Random _chance = new(20260302);
    private FaultProxy _proxy = null!;
    private string _bucket = string.Empty;

    public async ValueTask InitializeAsync()
    {
        await ForgetAsync();
        _proxy = new FaultProxy(server.Address, forward => new SessionGuard(forward)) { Choose = _ => Throw() };
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Fired.ShouldBeGreaterThan(0);
        await _proxy.DisposeAsync();
    }

    private protected override ILake Open() => server.Open(_bucket, _proxy);

    private protected override async Task ForgetAsync() => _bucket = await server.BucketAsync();

    private protected override async Task ReplaceAsync(string path, byte[]? content)
    {
        using var client = new HttpClient();
        if (content is null)
        {
            (await client.DeleteAsync(new Uri(server.Address, $"storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(path)}"), Token)).EnsureSuccessStatusCode();
            return;
        }

        using var body = new ByteArrayContent(content);
        (await client.PostAsync(new Uri(server.Address, $"upload/storage/v1/b/{_bucket}/o?uploadType=media&name={Uri.EscapeDataString(path)}"), body, Token)).EnsureSuccessStatusCode();
    }

    private protected override async Task OverwriteAsync(LakeObject item, byte[] bytes)
    {
        using var client = new GcsClient(new GcsSettings(_bucket, server.Address, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1)), new LineMeters(), TimeProvider.System, transport: null);
        var fields = ManifestFields.Write(item.Manifest!).Where(field => field.Value.Length > 0).ToDictionary();
        (await client.CreateAsync(new NewObject(item.Name.ToString(), bytes, "application/gzip", fields) { Replaces = item.Generation }, Token)).ShouldNotBeNull();
    }

    private Fault? Throw()
    {
        lock (_chance)
        {
            return _chance.Next(10) == 0 ? new Fault(_chance.Next(2) == 0 ? 503 : null, (FaultPlace)_chance.Next(3)) : null;
        }
    }
}
