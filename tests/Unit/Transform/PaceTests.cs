using HospitalStreaming.Transform;
using HospitalStreaming.Transform.Building;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Transform;

public sealed class PaceTests
{
    private readonly StepClock _clock = new();
    private readonly TransformOptions _options = new() { MaxLoad = 0.5, CycleBudget = TimeSpan.FromMilliseconds(800), MaxRest = TimeSpan.FromSeconds(60), TestEvery = TimeSpan.FromSeconds(60) };

    [Fact]
    public void A_model_rests_so_long_that_the_load_is_kept()
    {
        var pace = new Pace(_clock, _options);
        pace.Choose(["heavy", "middle", "light"]).ShouldBe(["heavy", "middle", "light"], ignoreOrder: true);
        pace.Built("heavy", TimeSpan.FromMilliseconds(900));
        pace.Built("middle", TimeSpan.FromMilliseconds(400));
        pace.Built("light", TimeSpan.FromMilliseconds(5));

        // Half a core: 0.9 s every 3 s or so and 0.4 s every 2 s.
        pace.Choose(["heavy", "middle", "light"]).ShouldBe(["light"]);
        pace.UntilDue(["heavy"])!.Value.TotalSeconds.ShouldBe((0.948683 * (0.948683 + 0.632456) / 0.5) - 0.9, 0.001);
        pace.UntilDue(["middle"])!.Value.TotalSeconds.ShouldBe((0.632456 * (0.948683 + 0.632456) / 0.5) - 0.4, 0.001);
        _clock.Pass(TimeSpan.FromMilliseconds(1_601));
        pace.Choose(["heavy", "middle", "light"]).ShouldBe(["middle", "light"], ignoreOrder: true);
        _clock.Pass(TimeSpan.FromSeconds(1));
        pace.UntilDue(["heavy", "middle"]).ShouldBe(TimeSpan.Zero);
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
        pace.Built("big", TimeSpan.FromMinutes(1));
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
