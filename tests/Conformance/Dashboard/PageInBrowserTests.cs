using System.Diagnostics;
using System.Text.Json;
using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>The built page in a real browser: it draws, changes by itself, drills down, can be arranged, and breaks no rule of its own policy.</summary>
[Collection(DashboardServers.Name)]
public sealed class PageInBrowserTests(WarehouseServers servers)
{
    private const string Chromium = "/usr/bin/chromium";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Draws_changes_by_itself_and_keeps_its_own_policy()
    {
        var page = DevelopmentHost.PageFolder();
        var web = Path.GetDirectoryName(page)!;
        SkipWithout(File.Exists(Path.Combine(page, "index.html")) && Directory.Exists(Path.Combine(web, "node_modules", "playwright-core")),
            "The page is not built: run npm ci && npm run build in services/Dashboard/web.");
        SkipWithout(File.Exists(Chromium), "There is no browser at " + Chromium + ".");
        await using var database = await MartsDatabase.CreateAsync(await servers.PostgresAsync(), 3_000, Stop);
        await using var host = await DashboardHost.StartAsync(database.Sql, Stop, ("Dashboard:PageFolder", page));
        using var browser = Process.Start(new ProcessStartInfo("node", [Path.Combine(web, "browser", "check.mjs"), host.Url.ToString().Replace("127.0.0.1", "localhost", StringComparison.Ordinal), Chromium])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var drawn = await StepAsync(browser, "drawn");
            drawn.RootElement.GetProperty("charts").GetInt32().ShouldBeGreaterThan(8);
            var before = Number(drawn);
            await database.AddVisitAsync(321.09m, "Asthma", Stop);
            await browser.StandardInput.WriteLineAsync("changed");
            using var changed = await StepAsync(browser, "changed");
            Number(changed).ShouldBe(before + 1);
            changed.RootElement.GetProperty("loads").GetInt32().ShouldBe(1, "the page was not loaded again");
            using var done = await StepAsync(browser, "done");
            done.RootElement.GetProperty("refused").EnumerateArray().ShouldBeEmpty();
            done.RootElement.GetProperty("trouble").EnumerateArray().Select(line => line.GetString()).ShouldBeEmpty();
            done.RootElement.GetProperty("tooWide").EnumerateArray().Select(line => line.GetString()).ShouldBeEmpty();
            var journey = done.RootElement.GetProperty("journey").GetString()!;
            journey.ShouldContain("Patient ");
            journey.ShouldNotContain("Secret Name");
        }
        finally
        {
            if (!browser.HasExited)
            {
                browser.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task<JsonDocument> StepAsync(Process browser, string step)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        var line = await browser.StandardOutput.ReadLineAsync(limit.Token);
        line.ShouldNotBeNull($"the browser ended before \"{step}\"");
        var said = JsonDocument.Parse(line);
        said.RootElement.GetProperty("step").GetString().ShouldBe(step, line);
        return said;
    }

    private static long Number(JsonDocument step) =>
        long.Parse(step.RootElement.GetProperty("visits").GetString()!, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);

    private static void SkipWithout(bool there, string reason)
    {
        if (!there && Environment.GetEnvironmentVariable("CI") is not null)
        {
            Assert.Fail(reason + " CI must run every test.");
        }

        Assert.SkipWhen(!there, reason);
    }
}
