using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>
/// For work on the page: serves it over seeded marts that change, until the process is stopped. Run it by name:
/// HOSPITAL_DASHBOARD_DEV=PORT HOSPITAL_DASHBOARD_POSTGRES=CONNECTION ... -method '*Serves_the_page_over_moving_marts' -explicit only.
/// </summary>
public class DevelopmentHost
{
    [Fact(Explicit = true)]
    public async Task Serves_the_page_over_moving_marts()
    {
        var stop = TestContext.Current.CancellationToken;
        var port = Environment.GetEnvironmentVariable("HOSPITAL_DASHBOARD_DEV") ?? "8099";
        var admin = Environment.GetEnvironmentVariable("HOSPITAL_DASHBOARD_POSTGRES");
        Assert.SkipWhen(admin is null, "HOSPITAL_DASHBOARD_POSTGRES names no server.");
        await using var database = await MartsDatabase.CreateAsync(admin!, 21_000, stop);
        await using var host = await DashboardHost.StartAsync(database.Sql, stop, ("Dashboard:Port", port), ("Dashboard:PageFolder", PageFolder()));
        var random = new Random(1);
        for (var second = 0; ; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
            await database.BeatAsync(stop);
            if (second % 5 == 4)
            {
                await database.AddVisitAsync(random.Next(80, 900), "Hypertension", stop);
            }
        }
    }

    internal static string PageFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HospitalStreaming.sln")))
            {
                return Path.Combine(folder.FullName, "services", "Dashboard", "web", "dist");
            }
        }

        throw new DirectoryNotFoundException("The checkout's root is not above the test's folder.");
    }
}
