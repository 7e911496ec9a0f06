using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class GcsLakeTests(GcsServer server) : LakeSuite, IClassFixture<GcsServer>, IAsyncLifetime
{
    private static readonly LakeStream Visits = new("visits", "e1", 0);
    private string _bucket = string.Empty;

    public async ValueTask InitializeAsync() => _bucket = await server.BucketAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override ILake Open() => server.Open(_bucket);

    [Fact]
    public async Task A_bucket_that_is_not_there_is_named()
    {
        var lake = server.Open("no-such-bucket");
        using var draft = Samples.Draft(Visits, 0, 1);
        (await Should.ThrowAsync<LakeException>(() => Samples.PutAsync(lake, draft, Token))).Message.ShouldContain("gs://no-such-bucket");
    }

    [Fact]
    public async Task An_object_that_is_not_ours_is_damage()
    {
        var lake = Open();
        using var draft = Samples.Draft(Visits, 0, 1);
        using var client = new HttpClient();
        using var content = new StringContent("foreign");
        (await client.PostAsync(new Uri(server.Address, $"upload/storage/v1/b/{_bucket}/o?uploadType=media&name={Uri.EscapeDataString(draft.Name.ToString())}"), content, Token)).EnsureSuccessStatusCode();

        (await lake.FindAsync(draft.Name, Token))!.Manifest.ShouldBeNull();
        await Should.ThrowAsync<LakeDamageException>(() => Samples.PutAsync(lake, draft, Token));
    }
}
