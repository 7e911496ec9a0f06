using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class GcsLakeAuditTests(GcsServer server) : LakeAuditSuite, IClassFixture<GcsServer>
{
    private string _bucket = string.Empty;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override (string[] Settings, IReadOnlyDictionary<string, string> Environment) Way =>
        (["--set", "Lake:Kind=gcs", "--set", $"Lake:Bucket={_bucket}"], new Dictionary<string, string> { ["STORAGE_EMULATOR_HOST"] = server.Address.AbsoluteUri });

    private protected override async Task<ILake> OpenAsync()
    {
        _bucket = await server.BucketAsync();
        return server.Open(_bucket);
    }

    private protected override async Task ReplaceAsync(LakeObjectName name, byte[] bytes, LakeManifest? manifest)
    {
        using var client = new GcsClient(new GcsSettings(_bucket, server.Address, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1)), new LineMeters(), TimeProvider.System, transport: null);
        var fields = manifest is null ? [] : ManifestFields.Write(manifest).Where(field => field.Value.Length > 0).ToDictionary();
        var generation = (await client.FindAsync(name.ToString(), Token))!.Generation!.Value;
        (await client.CreateAsync(new NewObject(name.ToString(), bytes, "application/gzip", fields) { Replaces = generation }, Token)).ShouldNotBeNull();
    }

    private protected override async Task RemoveAsync(LakeObjectName name)
    {
        using var client = new HttpClient();
        (await client.DeleteAsync(new Uri(server.Address, $"storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(name.ToString())}"), Token)).EnsureSuccessStatusCode();
    }
}
