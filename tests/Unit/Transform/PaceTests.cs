using HospitalStreaming.Transform;
using HospitalStreaming.Transform.Building;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Transform;

public sealed class PaceTests
{
    private readonly StepClock _clock = new();
    private readonly TransformOptions _options = new() { RestFactor = 3, CycleBudget = TimeSpan.FromMilliseconds(800), MaxRest = TimeSpan.FromSeconds(60), TestEvery = TimeSpan.FromSeconds(60) };

    [Fact]
    public void A_model_rests_in_proportion_to_what_it_took()
    {
        var pace = new Pace(_clock, _options);
        pace.Choose(["heavy", "light"]).ShouldBe(["heavy", "light"], ignoreOrder: true);
        pace.Built("heavy", TimeSpan.FromMilliseconds(500));
        pace.Built("light", TimeSpan.FromMilliseconds(5));

        pace.Choose(["heavy", "light"]).ShouldBe(["light"]);
        pace.UntilDue(["heavy"]).ShouldBe(TimeSpan.FromMilliseconds(1500));
        _clock.Pass(TimeSpan.FromMilliseconds(1500));
        pace.Choose(["heavy", "light"]).ShouldBe(["heavy", "light"], ignoreOrder: true);
        pace.UntilDue(["heavy"]).ShouldBe(TimeSpan.Zero);
        pace.UntilDue([]).ShouldBeNull();
    }

    [Fact]
    public void A_cycle_takes_on_its_budget_and_the_longest_waiting_first()
    {
        var pace = new Pace(_clock, _options);
        foreach (var name in (string[])["a", "b", "c"])
        {
            pace.Built(name, TimeSpan.FromMilliseconds(500));
            _clock.Pass(TimeSpan.FromMilliseconds(10));
        }

        _clock.Pass(TimeSpan.FromSeconds(10));
        pace.Choose(["c", "b", "a"]).ShouldBe(["a"]);
        pace.Built("a", TimeSpan.FromMilliseconds(500));
        pace.Choose(["c", "b", "a"]).ShouldBe(["b"]);
    }

    [Fact]
    public void A_model_over_the_budget_is_still_built_and_no_rest_is_endless()
    {
        var pace = new Pace(_clock, _options);
        pace.Built("huge", TimeSpan.FromMinutes(5));
        pace.UntilDue(["huge"]).ShouldBe(TimeSpan.FromSeconds(60));
        _clock.Pass(TimeSpan.FromSeconds(60));
        pace.Choose(["huge"]).ShouldBe(["huge"]);
    }

    [Fact]
    public void Tests_are_spread_over_cycles()
    {
        var pace = new Pace(_clock, _options);
        foreach (var name in (string[])["a", "b"])
        {
            pace.TestsNow(name).ShouldBeTrue();
            pace.Tested(name, TimeSpan.FromMilliseconds(300));
        }

        pace.Choose([]);
        pace.TestsNow("a").ShouldBeFalse("it was tested just now");
        _clock.Pass(TimeSpan.FromSeconds(61));
        pace.Choose([]);
        pace.TestsNow("a").ShouldBeTrue();
        pace.TestsNow("b").ShouldBeFalse("the cycle has no time for both");
        pace.Tested("a", TimeSpan.FromMilliseconds(300));
        pace.Choose([]);
        pace.TestsNow("b").ShouldBeTrue();
    }

    private sealed class StepClock : TimeProvider
    {
        private long _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;
    }
}
