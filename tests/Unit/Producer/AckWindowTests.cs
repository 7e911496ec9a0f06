using HospitalStreaming.Producer.Writing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Producer;

public sealed class AckWindowTests
{
    [Fact]
    public void Counts_as_written_only_what_has_no_gap_before_it()
    {
        var window = new AckWindow(10, TimeProvider.System);
        var slots = Enumerable.Range(0, 4).Select(sequence => window.TryAdd(sequence).ShouldNotBeNull()).ToList();

        window.Ack(slots[1]);
        window.Ack(slots[3]);
        window.AckedThrough.ShouldBe(-1);
        window.Ack(slots[0]);
        window.AckedThrough.ShouldBe(1);
        window.Ack(slots[2]);
        window.AckedThrough.ShouldBe(3);
        window.OldestAge.ShouldBeNull();
    }

    [Fact]
    public void Never_spans_more_than_the_window_of_the_stream()
    {
        var window = new AckWindow(10, TimeProvider.System);
        var first = window.TryAdd(100).ShouldNotBeNull();

        window.TryAdd(109).ShouldNotBeNull();
        window.TryAdd(110).ShouldBeNull("the first one is still out");
        window.Ack(first);
        window.TryAdd(110).ShouldNotBeNull();
    }

    [Fact]
    public async Task Wakes_who_waits_and_passes_failures_on()
    {
        var window = new AckWindow(2, TimeProvider.System);
        var slot = window.TryAdd(0).ShouldNotBeNull();
        window.TryAdd(1);
        var waiting = window.ChangeAsync();
        waiting.IsCompleted.ShouldBeFalse();

        window.Ack(slot);
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        window.Fail(new InvalidOperationException("gone"));

        window.ChangeAsync().IsCompleted.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => window.TryAdd(2));
    }
}
