using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Hosting;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Faults;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>
/// One seeded run: a lake that grows, a warehouse, and between them the product's own process, which dies at chosen requests and is followed by another.
/// In the end raw has every record once and current every key's last change.
/// </summary>
internal static class LoaderKillRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task RunAsync(ILoaderTarget target, string kafka, LoaderPoint point, string kind, int seed)
    {
        var random = new Random((seed * 100) + (int)point);
        var history = new LoaderHistory(target.Lake, random);
        var settings = new Dictionary<string, string>(target.Settings)
        {
            ["Kafka:BootstrapServers"] = kafka,
            ["Health:Port"] = "0",
            ["WarehouseSink:MaxRows"] = target.MostRecords(random).ToString(CultureInfo.InvariantCulture),
            ["WarehouseSink:Cycle"] = "00:00:00.001",
            ["WarehouseSink:Poll"] = target.Look.ToString("c", CultureInfo.InvariantCulture),
        };
        for (var round = 0; round < target.Kills; round++)
        {
            await history.AddAsync(target.Objects);
            using var loader = new RoleProcess(RoleNames.WarehouseSink, settings, target.Environment);
            var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            target.Arm(point, random.Next(1 + target.MostSkipped), random.Next(2) == 0, () =>
            {
                loader.Kill();
                struck.TrySetResult();
            });
            await Task.WhenAny(struck.Task, loader.GoneAsync(Token), Task.Delay(Limit, Token));
            struck.Task.IsCompleted.ShouldBeTrue($"{kind}, seed {seed}, round {round}: nobody was killed\n{loader.Output}");
            await loader.GoneAsync(Token);
            target.Disarm();
        }

        await history.AddAsync(1);
        using var last = new RoleProcess(RoleNames.WarehouseSink, settings, target.Environment);
        var watch = Stopwatch.StartNew();
        while (!await history.IsLoadedAsync(target.Sql, target.Names))
        {
            watch.Elapsed.ShouldBeLessThan(Limit, $"{kind}, seed {seed}: waited for the last records\n{last.Output}");
            last.HasExited.ShouldBeFalse(last.Output);
            await Task.Delay(target.Look, Token);
        }

        var outcome = await history.CompareAsync(target.Sql, target.Names);
        FaultReport.Add(kind, seed, target.Kills, 0, outcome.Records, outcome.Lost, outcome.Doubled);
        outcome.Different.ShouldBeEmpty();
        (outcome.Lost, outcome.Doubled).ShouldBe((0, 0));
    }
}
