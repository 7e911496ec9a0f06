using System.Diagnostics.Metrics;
using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Tests.Unit.Dashboard.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class FreshnessLogTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void Percentiles_are_within_five_percent_of_the_true_ones()
    {
        var random = new Random(3);
        var all = Enumerable.Range(0, 20_000).Select(_ => TimeSpan.FromMilliseconds(2 + (Math.Pow(random.NextDouble(), 4) * 30_000))).ToArray();
        var histogram = new DurationHistogram();
        Array.ForEach(all, histogram.Add);
        Array.Sort(all);
        foreach (var share in new[] { 0.01, 0.5, 0.95, 0.999, 1 })
        {
            var exact = all[(int)Math.Ceiling(share * all.Length) - 1];
            histogram.Percentile(share)!.Value.ShouldBeInRange(exact, exact * 1.0501, $"share {share}");
        }

        histogram.Max.ShouldBe(all[^1]);
    }

    [Fact]
    public void Says_nothing_of_nothing()
    {
        using var log = new FreshnessLog(_clock);
        var report = log.Report();
        report.WholeRun.ShouldBe(new FreshnessFigures(0, null, null, null));
        report.Minutes.ShouldBeEmpty();
    }

    [Fact]
    public void The_last_five_minutes_forget_and_the_whole_run_does_not()
    {
        using var log = new FreshnessLog(_clock);
        Deliver(log, 30);
        _clock.Now += TimeSpan.FromMinutes(10);
        Deliver(log, 1);
        Deliver(log, 1);
        var report = log.Report();
        report.LastFiveMinutes.Deliveries.ShouldBe(2);
        report.LastFiveMinutes.MaxSeconds.ShouldBe(1);
        report.WholeRun.Deliveries.ShouldBe(3);
        report.WholeRun.MaxSeconds.ShouldBe(30);
        report.Minutes.Select(minute => minute.Figures.Deliveries).ShouldBe([1, 2]);
        report.LastDeliveredAt.ShouldBe(_clock.Now);
    }

    [Fact]
    public void Keeps_two_hours_of_minutes()
    {
        using var log = new FreshnessLog(_clock);
        for (var i = 0; i < 300; i++)
        {
            Deliver(log, 1);
            _clock.Now += TimeSpan.FromMinutes(1);
        }

        log.Report().Minutes.Count.ShouldBe(120);
        log.Report().WholeRun.Deliveries.ShouldBe(300);
    }

    [Fact]
    public void A_beat_from_a_clock_ahead_of_ours_took_no_time()
    {
        using var log = new FreshnessLog(_clock);
        log.Delivered(_clock.Now.AddSeconds(3));
        log.Report().WholeRun.MaxSeconds.ShouldBe(0);
    }

    [Fact]
    public void Feeds_the_metric_that_is_exported()
    {
        var seen = new List<double>();
        using var log = new FreshnessLog(_clock);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "hospital.commit_to_chart")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => seen.Add(value));
        listener.Start();
        log.Delivered(_clock.Now.AddSeconds(-12.5));
        seen.ShouldContain(12.5);
    }

    private void Deliver(FreshnessLog log, int seconds) => log.Delivered(_clock.Now.AddSeconds(-seconds));
}
