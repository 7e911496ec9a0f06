using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class GcsLakeTests(GcsServer server) : LakeSuite, IClassFixture<GcsServer>, IAsyncLifetime
{
    private static readonly LakeStream Visits = new("visits", "e1", 0);
    private string _bucket = string.Empty;

    public static TheoryData<int?, FaultPlace, int> Grid()
    {
        var grid = new TheoryData<int?, FaultPlace, int>();
        foreach (var status in new int?[] { 408, 429, 500, 503, null })
        {
            foreach (var place in Enum.GetValues<FaultPlace>())
            {
                grid.Add(status, place, 100);
                grid.Add(status, place, 2_000_000);
            }
        }

        return grid;
    }

    public async ValueTask InitializeAsync() => _bucket = await server.BucketAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override ILake Open() => server.Open(_bucket);

    [Theory]
    [MemberData(nameof(Grid))]
    public async Task An_upload_that_goes_wrong_ends_in_one_whole_object(int? status, FaultPlace at, int valueBytes)
    {
        var transport = new FaultTransport();
        var lake = server.Open(_bucket, transport);
        using var draft = Samples.Draft(Visits, 0, 3, valueBytes: valueBytes);
        var (_, manifest) = draft.Finish();
        transport.Next(new Fault(status, at), new Fault(status, at));

        var put = await Samples.PutAsync(lake, draft, Token);

        transport.Fired.ShouldBe(2);
        put.Created.ShouldBe(at != FaultPlace.End, "after a lost reply the name is taken: by ourselves");
        put.Existing.Manifest.ShouldBe(manifest);
        using var reader = await LakeObjectReader.OpenAsync(lake, put.Existing, Token);
        reader.Records().Count().ShouldBe(3);
        (await Listed(lake, Visits, draft.Name.Day, 0)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(503, FaultPlace.Start)]
    [InlineData(429, FaultPlace.End)]
    [InlineData(null, FaultPlace.Start)]
    [InlineData(null, FaultPlace.Middle)]
    [InlineData(null, FaultPlace.End)]
    public async Task Reads_that_go_wrong_are_repeated(int? status, FaultPlace at)
    {
        var transport = new FaultTransport();
        var lake = server.Open(_bucket, transport);
        using var draft = Samples.Draft(Visits, 0, 100);
        var put = await Samples.PutAsync(lake, draft, Token);

        transport.Next(new Fault(status, at));
        using var reader = await LakeObjectReader.OpenAsync(lake, put.Existing, Token);
        reader.Records().Count().ShouldBe(100);
        transport.Next(new Fault(status, at));
        (await lake.FindAsync(draft.Name, Token))!.Manifest.ShouldBe(put.Existing.Manifest);
        transport.Next(new Fault(status, at));
        (await lake.DaysAsync("visits", Token)).Count.ShouldBe(1);
        transport.Next(new Fault(status, at));
        (await Listed(lake, Visits, draft.Name.Day, 0)).Count.ShouldBe(1);
        transport.Fired.ShouldBe(4);
    }

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
