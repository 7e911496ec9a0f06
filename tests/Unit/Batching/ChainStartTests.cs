using HospitalStreaming.Core.Batching;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching;

public sealed class ChainStartTests
{
    private static readonly LakeSpan[] Chain = [new(0, 10), new(10, 25), new(25, 40)];

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(17L)]
    [InlineData(25L)]
    [InlineData(40L)]
    public void It_goes_on_at_the_head_wherever_the_committed_offset_was_put(long? committed) =>
        ChainStart.Decide(Chain, committed, 0, 90).ShouldBe(new ChainStart(40, null));

    [Fact]
    public void An_empty_chain_begins_with_the_earliest_record() => ChainStart.Decide([], 50, 7, 90).ShouldBe(new ChainStart(7, null));

    [Theory]
    [InlineData(41L, 0, 90, "committed")]
    [InlineData(40L, 41, 90, "no longer has offsets 40 to 40")]
    [InlineData(null, 60, 90, "no longer has offsets 40 to 59")]
    [InlineData(null, 0, 39, "cut or restored")]
    public void It_stops_rather_than_jump(long? committed, long low, long high, string said)
    {
        var start = ChainStart.Decide(Chain, committed, low, high);
        start.Offset.ShouldBeNull();
        start.Reason!.ShouldContain(said);
    }

    [Fact]
    public void Retention_up_to_the_head_costs_nothing() => ChainStart.Decide(Chain, null, 40, 40).ShouldBe(new ChainStart(40, null));

    [Theory]
    [InlineData(0, 10, 15, 40, "offsets 10 to 14 are in no object")]
    [InlineData(0, 10, 8, 40, "offsets 8 to 9 are in two objects")]
    [InlineData(0, 0, 0, 40, "says it ends at 0")]
    public void It_stops_where_the_chain_is_broken(long firstStart, long firstNext, long secondStart, long secondNext, string said) =>
        ChainStart.Decide([new(firstStart, firstNext), new(secondStart, secondNext)], null, 0, 90).Reason!.ShouldContain(said);
}
