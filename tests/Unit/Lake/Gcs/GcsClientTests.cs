using System.Net;
using System.Text;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake.Gcs;

public sealed class GcsClientTests
{
    private static readonly Dictionary<string, string> Metadata = new() { ["next"] = "7" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_one_conditional_request_with_its_checksum()
    {
        var network = new ScriptedTransport(_ => Json("{\"name\":\"topics/a\",\"generation\":\"42\",\"size\":\"9\"}"));
        using var client = Client(network);

        var created = await client.CreateAsync(new NewObject("topics/a", "123456789"u8.ToArray(), "application/gzip", Metadata), Token);

        created!.Generation.ShouldBe(42);
        var (method, uri, body) = network.Asked.Single();
        method.ShouldBe("POST");
        uri.AbsolutePath.ShouldBe("/upload/storage/v1/b/bucket/o");
        uri.Query.ShouldContain("uploadType=multipart");
        uri.Query.ShouldContain("ifGenerationMatch=0");
        body.ShouldContain("\"name\":\"topics/a\"");
        body.ShouldContain("\"crc32c\":\"4waSgw==\"", Case.Sensitive, "the check value of CRC-32C is e3069283");
        body.ShouldContain("\"next\":\"7\"");
        body.ShouldNotContain("contentEncoding");
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_google_calls_transient_is_tried_again(int status)
    {
        var network = new ScriptedTransport(_ => Error(status), _ => throw new HttpRequestException("reset"), _ => Error(status), _ => Json("{\"name\":\"a\"}"));
        using var client = Client(network);
        (await client.FindAsync("a", Token)).ShouldNotBeNull();
        network.Asked.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(501)]
    public async Task Other_refusals_are_not(int status)
    {
        var network = new ScriptedTransport(_ => Error(status));
        using var client = Client(network);
        (await Should.ThrowAsync<LakeException>(() => client.CreateAsync(new NewObject("a", new byte[1], "x/y", Metadata), Token))).Message.ShouldContain($"answered {status}");
        network.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task It_gives_up_after_a_while_and_says_where()
    {
        var network = new ScriptedTransport([.. Enumerable.Repeat<Func<HttpRequestMessage, HttpResponseMessage>>(_ => throw new HttpRequestException("reset"), 20)]);
        using var client = Client(network);
        (await Should.ThrowAsync<LakeException>(() => client.FindAsync("a", Token))).Message.ShouldStartWith("gs://bucket did not answer for a");
        network.Asked.Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_taken_name_is_no_error_and_a_missing_object_is_null()
    {
        using var client = Client(new ScriptedTransport(_ => Error(412), _ => Error(404), _ => Error(404)));
        (await client.CreateAsync(new NewObject("a", new byte[1], "x/y", Metadata), Token)).ShouldBeNull();
        (await client.FindAsync("a", Token)).ShouldBeNull();
        (await client.ReadAsync("a", null, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_missing_bucket_is_not_an_empty_one()
    {
        using var client = Client(new ScriptedTransport(_ => Error(404, "The specified bucket does not exist."), _ => Error(404)));
        (await Should.ThrowAsync<LakeException>(() => client.FindAsync("a", Token))).Message.ShouldContain("gs://bucket does not exist");
        await Should.ThrowAsync<LakeException>(() => client.ListAsync("p/", null, null, null, Token));
    }

    [Fact]
    public async Task Bytes_stored_other_than_sent_are_deleted_by_generation_and_sent_again()
    {
        const string Wrong = "{\"name\":\"a\",\"generation\":\"42\",\"size\":\"9\",\"crc32c\":\"AAAAAA==\"}";
        var network = new ScriptedTransport(_ => Json(Wrong), _ => Error(404), _ => Json(Wrong.Replace("AAAAAA==", "4waSgw==", StringComparison.Ordinal)));
        using var client = Client(network);

        (await client.CreateAsync(new NewObject("a", "123456789"u8.ToArray(), "x/y", Metadata), Token)).ShouldNotBeNull();

        network.Asked.Select(asked => asked.Item1).ShouldBe(["POST", "DELETE", "POST"]);
        network.Asked[1].Item2.Query.ShouldContain("ifGenerationMatch=42");
    }

    [Fact]
    public async Task Where_they_may_not_be_deleted_it_is_damage()
    {
        using var client = Client(new ScriptedTransport(_ => Json("{\"name\":\"a\",\"generation\":\"42\",\"size\":\"8\"}"), _ => Error(403)));
        (await Should.ThrowAsync<LakeDamageException>(() => client.CreateAsync(new NewObject("a", "123456789"u8.ToArray(), "x/y", Metadata), Token))).Message.ShouldContain("generation 42");
    }

    [Fact]
    public async Task Bytes_altered_on_the_way_are_asked_for_again()
    {
        using var client = Client(new ScriptedTransport(_ => Media("123456780"), _ => Media("123456789")));
        (await client.ReadAsync("a", null, Token)).ShouldBe("123456789"u8.ToArray());
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_cut_off()
    {
        var network = new HangingTransport();
        using var client = Client(network, TimeSpan.FromMilliseconds(150));
        await Should.ThrowAsync<LakeException>(() => client.FindAsync("a", Token));
        network.Attempts.ShouldBe(7);
    }

    [Theory]
    [InlineData(0, 0.5, null, 0.5)]
    [InlineData(1, 0.5, null, 1)]
    [InlineData(3, 0.0, null, 0)]
    [InlineData(10, 1.0, null, 32)]
    [InlineData(1_000, 1.0, null, 32)]
    [InlineData(0, 0.5, 9.0, 9)]
    [InlineData(5, 1.0, 9.0, 32)]
    [InlineData(0, 0.5, 500.0, 32)]
    public void Waits_grow_with_full_jitter_and_honour_what_was_asked(int attempt, double chance, double? retryAfter, double seconds) =>
        GcsRetry.WaitBefore(attempt, TimeSpan.FromSeconds(1), chance, retryAfter is { } asked ? TimeSpan.FromSeconds(asked) : null).TotalSeconds.ShouldBe(seconds, 1e-6);

    [Theory]
    [InlineData("http://127.0.0.1:4443", "http://127.0.0.1:4443/")]
    [InlineData("127.0.0.1:4443", "http://127.0.0.1:4443/")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_emulators_address_is_read_as_googles_clients_do(string? host, string? address) =>
        GcsSettings.From(new LakeOptions { Bucket = "b" }, host).Emulator?.AbsoluteUri.ShouldBe(address);

    private static GcsClient Client(Google.Apis.Http.IHttpClientFactory network, TimeSpan? limit = null) => new(
        new GcsSettings("bucket", new Uri("http://gcs.test/"), limit ?? TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1)), new LineMeters(), TimeProvider.System, network);

    private static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Error(int status, string message = "refused") => new((HttpStatusCode)status)
    {
        Content = new StringContent($"{{\"error\":{{\"code\":{status},\"message\":\"{message}\"}}}}", Encoding.UTF8, "application/json"),
    };

    private static HttpResponseMessage Media(string text)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) };
        response.Headers.Add("x-goog-hash", "crc32c=4waSgw==,md5=AAAA");
        return response;
    }
}
