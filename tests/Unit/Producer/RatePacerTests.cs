using HospitalStreaming.Producer.Writing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Producer;

public sealed class RatePacerTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(333)]
    [InlineData(10_000)]
    public void Keeps_the_rate_whatever_the_waits_really_take(int rate)
    {
        var clock = new HandClock();
        var pacer = new RatePacer(clock, rate);
        var sent = 0;
        for (; clock.Elapsed < TimeSpan.FromSeconds(20); sent++)
        {
            var wait = pacer.Next();
            if (wait > TimeSpan.Zero)
            {
                // A timer is always late.
                clock.Advance(wait + TimeSpan.FromMilliseconds(13));
            }
        }

        ((double)sent / rate).ShouldBeInRange(19.7, 20.3);
    }

    [Fact]
    public void Catches_up_no_more_than_a_second_after_a_stall()
    {
        var clock = new HandClock();
        var pacer = new RatePacer(clock, 100);
        clock.Advance(TimeSpan.FromMinutes(5));
        var burst = 0;
        while (pacer.Next() <= TimeSpan.Zero)
        {
            burst++;
        }

        burst.ShouldBeInRange(99, 102);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public TimeSpan Elapsed => TimeSpan.FromTicks(_ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
