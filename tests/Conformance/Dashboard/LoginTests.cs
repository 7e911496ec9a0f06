using System.Net;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Dashboard.Login;
using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>The login over real HTTP.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly PublishedWarehouse _warehouse = new();
    private readonly HourTimers _clock = new();
    private DashboardHost _host = null!;
    private HttpClient _client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await DashboardHost.StartAsync(_warehouse, Stop, _clock, ("Dashboard:Login:User", "head"), ("Dashboard:Login:PasswordHash", PasswordHash.Create(Password)));
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _host.Url };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_session_only_the_login_and_health_open()
    {
        foreach (var path in new[] { "/api/line", "/api/live", "/api/session", "/api/tiles/overview", "/api/nothing" })
        {
            (await StatusAsync(path)).ShouldBe(HttpStatusCode.Unauthorized, path);
        }

        using var page = await _client.GetAsync("/doctors/7?period=3m", Stop);
        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page.Headers.Location!.ToString().ShouldBe("/login?next=%2Fdoctors%2F7%3Fperiod%3D3m");
        (await StatusAsync("/login")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("/healthz/live")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_wrong_password_or_name_opens_nothing_and_looks_the_same()
    {
        using var wrongPassword = await SignInAsync("head", "wrong horse battery");
        using var wrongName = await SignInAsync("foot", Password);
        wrongPassword.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        wrongName.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await wrongPassword.Content.ReadAsStringAsync(Stop)).ShouldBe(await wrongName.Content.ReadAsStringAsync(Stop));
        (await StatusAsync("/api/line")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_right_one_opens_everything_until_sign_out()
    {
        using var answer = await SignInAsync("head", Password, "/finance");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldBe("/finance");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single().ToLowerInvariant();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        (await StatusAsync("/api/line")).ShouldBe(HttpStatusCode.OK);
        (await (await _client.GetAsync("/api/session", Stop)).Content.ReadAsStringAsync(Stop)).ShouldContain("\"user\":\"head\"");
        using var gone = await _client.PostAsync("/logout", null, Stop);
        (await StatusAsync("/api/line")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_sixth_attempt_of_a_minute_waits()
    {
        for (var i = 0; i < 5; i++)
        {
            using var answer = await SignInAsync("head", "wrong horse battery");
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var sixth = await SignInAsync("head", Password);
        sixth.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        sixth.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_session_that_ends_closes_its_live_channel()
    {
        using var signedIn = await SignInAsync("head", Password);
        using var viewer = await LiveReader.OpenAsync(_client, Stop);
        await viewer.NextAsync("line", Stop);
        _clock.FireAll();
        await Should.ThrowAsync<Exception>(async () =>
        {
            if (await viewer.NextAsync("none", Stop) is null)
            {
                throw new IOException("The channel ended.");
            }
        });
        await Wait.UntilAsync("only the probe is left", () => _host.Services.GetRequiredService<LiveHub>().Viewers == 1);
    }

    [Fact]
    public async Task Its_own_viewer_needs_no_password_and_nobody_else_gets_in_that_way()
    {
        await Wait.UntilAsync("the probe is connected", () => _host.Services.GetRequiredService<LiveHub>().Viewers == 1);
        foreach (var path in new[] { "/api/live", "/api/line" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-Hospital-Probe", new string('0', 64));
            using var answer = await _client.SendAsync(request, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Nothing_of_the_address_becomes_markup_of_the_login_page()
    {
        var page = await _client.GetStringAsync("/login?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", Stop);
        page.ShouldNotContain("<script");
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Stop);
        return answer.StatusCode;
    }

    private Task<HttpResponseMessage> SignInAsync(string user, string password, string next = "/") =>
        _client.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string> { ["user"] = user, ["password"] = password, ["next"] = next }), Stop);
}
