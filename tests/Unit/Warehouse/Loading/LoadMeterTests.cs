using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse.Loading;

public sealed class LoadMeterTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void One_job_an_interval_and_table()
    {
        var meter = new LoadMeter(Minute);
        meter.Until("visits", Start).ShouldBe(TimeSpan.Zero);
        meter.Submitted("visits", Start);

        meter.Until("visits", Start.AddSeconds(20)).ShouldBe(TimeSpan.FromSeconds(40));
        meter.Until("visits", Start.AddSeconds(60)).ShouldBe(TimeSpan.Zero);
        meter.Until("doctors", Start.AddSeconds(20)).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Never_more_than_the_day_allows_however_short_the_interval()
    {
        var meter = new LoadMeter(TimeSpan.FromSeconds(1));
        var now = Start;
        for (var i = 0; i < LoadMeter.MostADay; i++)
        {
            now += meter.Until("visits", now);
            meter.Submitted("visits", now);
        }

        meter.Count("visits", now).ShouldBe(LoadMeter.MostADay);
        (now + meter.Until("visits", now)).ShouldBe(Start.AddDays(1));
        meter.Count("visits", Start.AddDays(1)).ShouldBe(LoadMeter.MostADay - 1);
    }

    [Fact]
    public void A_quota_that_is_used_up_doubles_the_wait_until_a_job_succeeds()
    {
        var meter = new LoadMeter(Minute);
        meter.Submitted("visits", Start);
        List<TimeSpan> waits = [];
        for (var i = 0; i < 8; i++)
        {
            meter.QuotaExceeded("visits");
            waits.Add(meter.Until("visits", Start));
        }

        waits.Select(wait => wait.TotalMinutes).ShouldBe([2, 4, 8, 16, 32, 60, 60, 60]);
        meter.Succeeded("visits");
        meter.Until("visits", Start).ShouldBe(Minute);
    }

    [Fact]
    public void A_failed_job_is_followed_sooner_and_each_further_one_less_soon()
    {
        var meter = new LoadMeter(Minute);
        meter.Submitted("visits", Start);
        List<TimeSpan> waits = [];
        for (var i = 0; i < 5; i++)
        {
            meter.Failed("visits");
            waits.Add(meter.Until("visits", Start));
        }

        waits.Select(wait => wait.TotalSeconds).ShouldBe([10, 20, 40, 60, 60]);
        meter.Succeeded("visits");
        meter.Until("visits", Start).ShouldBe(Minute);
    }

    [Fact]
    public void A_server_without_quotas_is_never_waited_for()
    {
        var meter = new LoadMeter(TimeSpan.Zero);
        for (var i = 0; i < 2 * LoadMeter.MostADay; i++)
        {
            meter.Submitted("visits", Start);
        }

        meter.Until("visits", Start).ShouldBe(TimeSpan.Zero);
    }
}
