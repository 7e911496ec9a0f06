using System.Diagnostics;
using HospitalStreaming.Tests.EndToEnd.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd;

/// <summary>The whole line as a user runs it, from an empty state folder.</summary>
public sealed class LineTests : IDisposable
{
    private readonly StateScope _state = new("line");

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Up_fills_the_charts_verifies_clean_stops_in_order_and_carries_on()
    {
        var cancellation = TestContext.Current.CancellationToken;
        long firstVisits;
        await using (var first = HospitalProcess.Up(_state.Path, "--rate", "50"))
        {
            firstVisits = await first.VisitsAsync(20_000, cancellation);
            await ShouldVerifyAsync(cancellation);
            var watch = Stopwatch.StartNew();
            (await first.InterruptAsync(TimeSpan.FromSeconds(30), cancellation)).ShouldBe(0, first.Output);
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(25));
        }

        HospitalProcess.Postgres(_state.Path).ShouldBeEmpty("an ordered stop leaves no server");
        await using var second = HospitalProcess.Up(_state.Path, "--rate", "50");
        (await second.VisitsAsync(firstVisits + 20, cancellation)).ShouldBeGreaterThan(firstVisits);
        await ShouldVerifyAsync(cancellation);
    }

    [Fact]
    public async Task Killed_at_any_time_with_or_without_its_databases_it_carries_on_and_nothing_is_lost_or_doubled()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var random = new Random(20261121);
        for (var round = 0; round < 6; round++)
        {
            await using var hospital = HospitalProcess.Up(_state.Path, "--rate", "400", "--set", "Producer:HistoryVisits=3000");
            await hospital.RunningAsync(cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 6_000)), cancellation);
            await hospital.KillAsync(withPostgres: round % 2 == 1, cancellation);
        }

        await using var last = HospitalProcess.Up(_state.Path, "--rate", "400", "--set", "Producer:HistoryVisits=3000");
        await last.VisitsAsync(3_000, cancellation);
        await ShouldVerifyAsync(cancellation);
        await Wait.UntilAsync("no orphaned server", TimeSpan.FromSeconds(6), () => Task.FromResult(HospitalProcess.Postmasters(_state.Path).Count == 2),
            () => string.Join(", ", HospitalProcess.Postmasters(_state.Path)), cancellation);
        (await last.InterruptAsync(TimeSpan.FromSeconds(30), cancellation)).ShouldBe(0, last.Output);
    }

    private async Task ShouldVerifyAsync(CancellationToken cancellation)
    {
        var (code, output) = await HospitalProcess.VerifyAsync(_state.Path, cancellation);
        code.ShouldBe(0, output);
        output.ShouldContain("reads: whole transactions");
        output.ShouldNotContain("without being whole");
    }
}
