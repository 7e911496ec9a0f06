using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Auditing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Auditing;

public sealed class TransactionViewTests
{
    private const ulong Turn = 1UL << 32;

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    [InlineData(11, true)]
    [InlineData(14, false)]
    [InlineData(19, true)]
    [InlineData(20, false)]
    [InlineData(21, false)]
    public void Sees_what_had_committed_and_not_what_was_running_or_had_not_begun(uint id, bool seen) =>
        TransactionView.Parse("10:20:10,14").Sees(id).ShouldBe(seen);

    [Theory]
    [InlineData("")]
    [InlineData("10:20")]
    [InlineData("10:20:x")]
    [InlineData("10:-1:")]
    [InlineData("10:20:10:14")]
    public void Refuses_what_is_no_snapshot(string text) => Should.Throw<FormatException>(() => TransactionView.Parse(text));

    [Fact]
    public void Sees_across_the_turn_of_32_bit_ids()
    {
        // Five before the turn were running, three ids after it are taken.
        var view = TransactionView.Parse($"{Turn - 5}:{Turn + 3}:{Turn - 5},{Turn + 1}");

        view.Sees(uint.MaxValue - 5).ShouldBeTrue();
        view.Sees(uint.MaxValue - 4).ShouldBeFalse();
        view.Sees(uint.MaxValue).ShouldBeTrue();
        view.Sees(0).ShouldBeTrue();
        view.Sees(1).ShouldBeFalse();
        view.Sees(2).ShouldBeTrue();
        view.Sees(3).ShouldBeFalse();
        view.Sees(1_000_000).ShouldBeFalse();
    }

    [Fact]
    public void Sees_what_began_just_before_a_turn_not_yet_reached()
    {
        var view = TransactionView.Parse($"{(3 * Turn) - 2}:{(3 * Turn) - 1}:");

        view.Sees(uint.MaxValue - 2).ShouldBeTrue();
        view.Sees(uint.MaxValue).ShouldBeFalse();
        view.Sees(0).ShouldBeFalse();
    }

    [Fact]
    public void A_32_bit_id_says_what_the_whole_id_would() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5_000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<uint>(), ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<int>(), (low, turns, away) =>
            {
                // Whole ids within half a turn of the snapshot, on both sides, near a turn as often as not.
                var xmax = ((ulong)(turns + 1) * Turn) + (turns % 2 == 0 ? low % 100 : low);
                var id = (ulong)((long)xmax + (away % 3 == 0 ? away % 100 : away / 2));
                var xmin = xmax - Math.Min(xmax, (ulong)(low % 50));
                var running = new[] { xmin, xmin + 7 }.Where(one => one < xmax).ToArray();
                var view = TransactionView.Parse($"{xmin}:{xmax}:{string.Join(',', running)}");

                view.Sees((uint)id).ShouldBe(id < xmax && !running.Contains(id), $"{id} in {xmin}:{xmax}");
            }));
}
