using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>Uploads and reads through a bad network: what, where, how stored, how large (after Confluent's S3SinkConnectorFaultyS3Test).</summary>
public sealed class GcsFaultTests(GcsServer server) : IClassFixture<GcsServer>, IAsyncLifetime
{
    private static readonly LakeStream Visits = new("visits", "e1", 0);
    private string _bucket = string.Empty;
    private FaultProxy _proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int?, FaultPlace, LakeCompression, int> Grid()
    {
        var grid = new TheoryData<int?, FaultPlace, LakeCompression, int>();
        foreach (var status in new int?[] { 408, 429, 500, 503, null })
        {
            foreach (var place in Enum.GetValues<FaultPlace>())
            {
                foreach (var compression in Enum.GetValues<LakeCompression>())
                {
                    // A few lines, one request, a session of several parts.
                    grid.Add(status, place, compression, 100);
                    grid.Add(status, place, compression, 600_000);
                    grid.Add(status, place, compression, 2_900_000);
                }
            }
        }

        return grid;
    }

    public async ValueTask InitializeAsync()
    {
        Lab.SkipWhenAbsent();
        _bucket = await server.BucketAsync();
        _proxy = new FaultProxy(server.Address, forward => new SessionGuard(forward));
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory]
    [MemberData(nameof(Grid))]
    public async Task An_upload_that_goes_wrong_ends_in_one_whole_object(int? status, FaultPlace at, LakeCompression compression, int bytes)
    {
        var lake = server.Open(_bucket, LakeShape.Of(compression), _proxy, smallParts: true);
        using var draft = Samples.Noise(Visits, bytes, compression);
        var (stored, manifest) = draft.Finish();
        var session = stored.Length >= 1024 * 1024;
        session.ShouldBe(bytes > 2_000_000);

        // In a session the parts go wrong: the second, the question after it, and the last.
        _proxy.Strikes = request => request.IsUpload && request.Method == (session ? "PUT" : "POST") && (!session || request.Header("Content-Range")?.StartsWith("bytes 0-", StringComparison.Ordinal) != true);
        _proxy.Next(new Fault(status, at), new Fault(status, at));

        var put = await Samples.PutAsync(lake, draft, Token);

        _proxy.Fired.ShouldBe(2);
        put.Existing.Manifest.ShouldBe(manifest);
        put.Created.ShouldBe(session || at != FaultPlace.End, "after a lost reply the name is taken: by ourselves");
        await ShouldHaveOneWholeObject(put);
    }

    [Theory]
    [InlineData(429, FaultPlace.Start)]
    [InlineData(500, FaultPlace.End)]
    [InlineData(null, FaultPlace.Start)]
    [InlineData(null, FaultPlace.Middle)]
    [InlineData(null, FaultPlace.End)]
    public async Task A_session_whose_opening_or_last_part_goes_wrong_ends_in_one_whole_object(int? status, FaultPlace at)
    {
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true);
        using var draft = Samples.Noise(Visits, 2_900_000, LakeCompression.Gzip);
        var last = $"-{draft.Finish().Stored.Length - 1}/";
        var (opening, ending) = (false, false);
        _proxy.Choose = request =>
        {
            var fires = request is { IsUpload: true, Method: "POST" } && !opening;
            opening |= fires;
            var firesAtEnd = !ending && request.Header("Content-Range")?.Contains(last, StringComparison.Ordinal) == true;
            ending |= firesAtEnd;
            return fires || firesAtEnd ? new Fault(status, at) : null;
        };

        var put = await Samples.PutAsync(lake, draft, Token);

        _proxy.Fired.ShouldBe(2);
        put.Created.ShouldBeTrue();
        await ShouldHaveOneWholeObject(put);
    }

    [Theory]
    [InlineData(FaultPlace.Start)]
    [InlineData(FaultPlace.Middle)]
    [InlineData(FaultPlace.End)]
    public async Task A_server_that_keeps_other_bytes_than_were_sent_is_found_out(FaultPlace at)
    {
        // Without the guard: a question ends the upload here, so a short object gets the name.
        await using var bare = new FaultProxy(server.Address);
        bare.Strikes = request => request is { IsUpload: true, Method: "PUT" } && request.Header("Content-Range")?.StartsWith("bytes 0-", StringComparison.Ordinal) != true;
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), bare, smallParts: true);
        using var draft = Samples.Noise(Visits, 2_900_000, LakeCompression.Gzip);
        bare.Next(new Fault(null, at));

        var put = await Samples.PutAsync(lake, draft, Token);

        bare.Fired.ShouldBe(1);
        bare.Seen.ShouldContain(request => request.Method == "DELETE" && request.Target.Contains("ifGenerationMatch=", StringComparison.Ordinal));
        await ShouldHaveOneWholeObject(put);
    }

    [Fact]
    public async Task A_lost_session_is_begun_again()
    {
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true);
        using var draft = Samples.Noise(Visits, 2_900_000, LakeCompression.Gzip);
        _proxy.Strikes = request => request is { IsUpload: true, Method: "PUT" };
        _proxy.Next(new Fault(410, FaultPlace.Start), new Fault(404, FaultPlace.Start));

        var put = await Samples.PutAsync(lake, draft, Token);

        _proxy.Fired.ShouldBe(2);
        _proxy.Seen.Count(request => request is { IsUpload: true, Method: "POST" }).ShouldBe(3);
        await ShouldHaveOneWholeObject(put);
    }

    [Fact]
    public async Task Of_two_sessions_for_one_name_one_wins()
    {
        var puts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            using var draft = Samples.Noise(Visits, 2_900_000 + (i * 1_000), LakeCompression.Gzip);
            return await Samples.PutAsync(server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true), draft, Token);
        }));

        puts.Count(put => put.Created).ShouldBe(1);
        puts.Select(put => put.Existing.Manifest).Distinct().Count().ShouldBe(1);
        await ShouldHaveOneWholeObject(puts[0]);
    }

    [Theory]
    [InlineData(503, FaultPlace.Start)]
    [InlineData(429, FaultPlace.End)]
    [InlineData(null, FaultPlace.Start)]
    [InlineData(null, FaultPlace.Middle)]
    [InlineData(null, FaultPlace.End)]
    public async Task Reads_that_go_wrong_are_repeated(int? status, FaultPlace at)
    {
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true);
        using var draft = Samples.Draft(Visits, 0, 100);
        var put = await Samples.PutAsync(lake, draft, Token);

        _proxy.Next(new Fault(status, at));
        using var reader = await LakeObjectReader.OpenAsync(lake, put.Existing, Token);
        reader.Records().Count().ShouldBe(100);
        _proxy.Next(new Fault(status, at));
        (await lake.FindAsync(draft.Name, Token))!.Manifest.ShouldBe(put.Existing.Manifest);
        _proxy.Next(new Fault(status, at));
        (await lake.DaysAsync("visits", Token)).Count.ShouldBe(1);
        _proxy.Next(new Fault(status, at));
        await ShouldHaveOneWholeObject(put, lake);
        _proxy.Fired.ShouldBe(4);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(501)]
    public async Task What_trying_again_does_not_help_is_not_tried_again(int status)
    {
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true);
        using var draft = Samples.Draft(Visits, 0, 1);
        _proxy.Next(new Fault(status, FaultPlace.Start));

        (await Should.ThrowAsync<LakeException>(() => Samples.PutAsync(lake, draft, Token))).Message.ShouldContain($"answered {status}");
        _proxy.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_does_not_pass_is_given_up_and_said()
    {
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true);
        using var draft = Samples.Draft(Visits, 0, 1);
        _proxy.Choose = _ => new Fault(503, FaultPlace.Start);

        (await Should.ThrowAsync<LakeException>(() => Samples.PutAsync(lake, draft, Token))).Message.ShouldContain("answered 503");
        _proxy.Fired.ShouldBe(7);
    }

    [Fact]
    public async Task Retry_after_is_waited_for()
    {
        var lake = server.Open(_bucket, LakeShape.Of(LakeCompression.Gzip), _proxy, smallParts: true);
        using var draft = Samples.Draft(Visits, 0, 1);
        _proxy.Next(new Fault(429, FaultPlace.Start) { RetryAfterSeconds = 1 });
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await Samples.PutAsync(lake, draft, Token);

        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.95));
    }

    private async Task ShouldHaveOneWholeObject(LakePut put, ILake? through = null)
    {
        var lake = through ?? server.Open(_bucket, compression: put.Existing.Name.Compression);
        var found = new List<LakeObject>();
        await foreach (var one in lake.ListAsync(Visits, put.Existing.Name.Day, 0, Token))
        {
            found.Add(one);
        }

        found.ShouldHaveSingleItem().Manifest.ShouldBe(put.Existing.Manifest);
        using var reader = await LakeObjectReader.OpenAsync(lake, found[0], Token);
        reader.Records().Count().ShouldBe(put.Existing.Manifest!.Rows);
    }
}
