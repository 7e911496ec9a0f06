using System.Net;
using System.Text.RegularExpressions;
using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>Headers, hosts, origins and plain mistakes, over real HTTP.</summary>
public sealed partial class GuardTests : IAsyncLifetime
{
    private readonly PublishedWarehouse _warehouse = new();
    private DashboardHost _host = null!;
    private HttpClient _client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await DashboardHost.StartAsync(_warehouse, Stop, ("Dashboard:PageFolder", DevelopmentHost.PageFolder()));
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _host.Url };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Every_route_carries_the_security_headers_and_no_GET_changes_anything()
    {
        _warehouse.Publish(DateTimeOffset.UtcNow);
        var paths = _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") != false)
            .Select(endpoint => Parameter().Replace(endpoint.RoutePattern.RawText!, match => match.Value.Contains("name", StringComparison.Ordinal) ? "overview" : "7"))
            .Append("/no/such/place").Append("/logo.svg").Append("/assets/none.js").Distinct().ToArray();
        paths.Length.ShouldBeGreaterThan(10);
        foreach (var path in paths)
        {
            using var answer = await _client.GetAsync("/" + path.TrimStart('/'), HttpCompletionOption.ResponseHeadersRead, Stop);
            var policy = Header(answer, "Content-Security-Policy");
            foreach (var part in new[] { "default-src 'none'", "script-src 'self';", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'" })
            {
                policy.ShouldContain(part, customMessage: path);
            }

            policy.ShouldNotContain("unsafe", customMessage: path);
            Header(answer, "X-Content-Type-Options").ShouldBe("nosniff", path);
            Header(answer, "Referrer-Policy").ShouldBe("no-referrer", path);
            Header(answer, "Cross-Origin-Opener-Policy").ShouldBe("same-origin", path);
            Header(answer, "Cache-Control").ShouldBe("no-store", path);
            answer.Headers.Contains("Server").ShouldBeFalse(path);
        }

        _warehouse.Writes.ShouldBe(0);
    }

    [Fact]
    public async Task A_nonce_is_used_once()
    {
        using var first = await _client.GetAsync("/api/session", Stop);
        using var second = await _client.GetAsync("/api/session", Stop);
        Header(first, "Content-Security-Policy").ShouldNotBe(Header(second, "Content-Security-Policy"));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:8080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:1", HttpStatusCode.OK)]
    [InlineData("[::1]:9", HttpStatusCode.OK)]
    [InlineData("rebound.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("192.168.1.4:8080", HttpStatusCode.MisdirectedRequest)]
    public async Task Serves_no_host_but_this_machine(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/session");
        request.Headers.Host = host;
        using var answer = await _client.SendAsync(request, Stop);
        answer.StatusCode.ShouldBe(expected);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.Redirect)]
    public async Task Takes_no_change_from_another_site(string header, string value, HttpStatusCode expected)
    {
        foreach (var method in new[] { HttpMethod.Post })
        {
            using var request = new HttpRequestMessage(method, "/logout");
            request.Headers.Add(header, value);
            using var answer = await _client.SendAsync(request, Stop);
            answer.StatusCode.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Takes_a_change_from_its_own_origin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout");
        request.Headers.Add("Origin", _host.Url.GetLeftPart(UriPartial.Authority));
        using var answer = await _client.SendAsync(request, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Waits_for_the_first_marts_and_says_so()
    {
        using var answer = await _client.GetAsync("/api/tiles/overview", Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain("waiting for");
        using var ready = await _client.GetAsync("/healthz/ready", Stop);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _warehouse.Publish(DateTimeOffset.UtcNow);
        await Wait.UntilAsync("ready", () => _client.GetAsync("/healthz/ready", Stop).GetAwaiter().GetResult().IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("/api/tiles/nothing", HttpStatusCode.NotFound)]
    [InlineData("/api/tiles/hospital_marts.patients", HttpStatusCode.NotFound)]
    [InlineData("/api/tiles/overview?order=name", HttpStatusCode.BadRequest)]
    [InlineData("/api/tiles/doctor?doctor=1%20or%201%3D1", HttpStatusCode.BadRequest)]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    public async Task Knows_no_more_than_its_catalogue(string path, HttpStatusCode expected)
    {
        _warehouse.Publish(DateTimeOffset.UtcNow);
        using var answer = await _client.GetAsync(path, Stop);
        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Answers_what_is_known_already_with_304()
    {
        _warehouse.Publish(DateTimeOffset.UtcNow);
        await Wait.UntilAsync("published", () => _client.GetAsync("/api/tiles/overview", Stop).GetAwaiter().GetResult().IsSuccessStatusCode);
        using var first = await _client.GetAsync("/api/tiles/overview", Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tiles/overview");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _client.SendAsync(request, Stop);
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        Header(second, "X-Marts-Token").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Slows_one_that_asks_too_much()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(async _ =>
        {
            using var answer = await _client.GetAsync("/api/session", Stop);
            return (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
        }));
        var slowed = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToArray();
        slowed.ShouldNotBeEmpty();
        slowed.ShouldAllBe(answer => answer.Delta >= TimeSpan.FromSeconds(1));
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(',', values) : string.Empty;

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
