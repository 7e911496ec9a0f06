using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>The live channel over real HTTP: news, resuming, slow viewers, and the dashboard's own viewer.</summary>
public sealed class LiveChannelTests : IAsyncLifetime
{
    private readonly PublishedWarehouse _warehouse = new();
    private DashboardHost _host = null!;
    private HttpClient _client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await DashboardHost.StartAsync(_warehouse, Stop, ("Dashboard:MaxStreamsPerViewer", "20"));
        _client = new HttpClient { BaseAddress = _host.Url };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Tells_of_a_publication_at_once_and_of_the_line_each_second()
    {
        using var viewer = await LiveReader.OpenAsync(_client, Stop);
        viewer.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        _warehouse.Publish(DateTimeOffset.UtcNow);
        var news = (await viewer.NextAsync("marts", Stop)).ShouldNotBeNull();
        using var marts = JsonDocument.Parse(news.Data);
        marts.RootElement.GetProperty("version").GetInt64().ShouldBe(1);
        news.Id.ShouldStartWith("1-");
        using var line = JsonDocument.Parse((await viewer.NextAsync("line", Stop))!.Data);
        line.RootElement.GetProperty("line").GetProperty("stops").GetArrayLength().ShouldBe(10);
        line.RootElement.GetProperty("freshness").GetProperty("minutes").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task One_that_comes_back_hears_only_what_is_new()
    {
        _warehouse.Publish(DateTimeOffset.UtcNow);
        string id;
        using (var viewer = await LiveReader.OpenAsync(_client, Stop))
        {
            id = (await viewer.NextAsync("marts", Stop))!.Id;
        }

        using var again = await LiveReader.OpenAsync(_client, Stop, id);
        await again.NextAsync("line", Stop);
        _warehouse.Publish(DateTimeOffset.UtcNow);
        (await again.NextAsync("marts", Stop))!.Id.ShouldStartWith("2-");
    }

    [Fact]
    public async Task Its_own_viewer_times_each_beat_when_nobody_looks()
    {
        var hub = _host.Services.GetRequiredService<LiveHub>();
        var freshness = _host.Services.GetRequiredService<FreshnessLog>();
        await Wait.UntilAsync("the probe is connected", () => hub.Viewers == 1);
        for (var beat = 1; beat <= 3; beat++)
        {
            _warehouse.Publish(DateTimeOffset.UtcNow.AddSeconds(-2));
            var wanted = beat;
            await Wait.UntilAsync($"beat {beat} is timed", () => freshness.Report().WholeRun.Deliveries == wanted);
        }

        var run = freshness.Report().WholeRun;
        run.P50Seconds!.Value.ShouldBeInRange(2, 6);
        using var line = JsonDocument.Parse(await _client.GetStringAsync("/api/line", Stop));
        line.RootElement.GetProperty("freshness").GetProperty("wholeRun").GetProperty("deliveries").GetInt64().ShouldBe(3);
        line.RootElement.GetProperty("freshness").GetProperty("minutes").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task One_that_does_not_read_is_dropped_and_hinders_nobody()
    {
        var hub = _host.Services.GetRequiredService<LiveHub>();
        await Wait.UntilAsync("the probe is connected", () => hub.Viewers == 1);
        // Long messages fill the sockets' buffers soon.
        _warehouse.Models = 20_000;
        using var stuck = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await stuck.ConnectAsync("127.0.0.1", _host.Url.Port, Stop);
        await stuck.SendAsync(Encoding.ASCII.GetBytes("GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n"), Stop);
        await Wait.UntilAsync("the stuck viewer is connected", () => hub.Viewers == 2);
        using var reader = await LiveReader.OpenAsync(_client, Stop);
        await Wait.UntilAsync("both are connected", () => hub.Viewers == 3);
        for (var version = 1; version <= 12; version++)
        {
            _warehouse.Publish(DateTimeOffset.UtcNow);
            (await reader.NextAsync("marts", Stop))!.Id.ShouldStartWith(string.Create(CultureInfo.InvariantCulture, $"{version}-"));
        }

        await Wait.UntilAsync("the stuck viewer is dropped", () => hub.Viewers == 2, seconds: 60);
        _warehouse.Publish(DateTimeOffset.UtcNow);
        (await reader.NextAsync("marts", Stop))!.Id.ShouldStartWith("13-");
    }

    [Fact]
    public async Task Too_many_channels_of_one_viewer_are_told_to_come_later()
    {
        var open = new List<LiveReader>();
        try
        {
            for (var i = 0; i < 20; i++)
            {
                open.Add(await LiveReader.OpenAsync(_client, Stop));
            }

            using var over = await _client.GetAsync("/api/live", HttpCompletionOption.ResponseHeadersRead, Stop);
            ((int)over.StatusCode).ShouldBe(429);
            over.Headers.RetryAfter.ShouldNotBeNull();
        }
        finally
        {
            open.ForEach(reader => reader.Dispose());
        }
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_viewers()
    {
        using var viewer = await LiveReader.OpenAsync(_client, Stop);
        await viewer.NextAsync("line", Stop);
        var started = TimeProvider.System.GetTimestamp();
        await _host.StopAsync();
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(4));
        (await viewer.NextAsync("marts", Stop)).ShouldBeNull();
    }
}
