using HospitalStreaming.Core.Batching;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching;

public sealed class BatchPolicyTests
{
    private static readonly BatchPolicy Policy = new(1_000, 10, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(0, 0, 5_000, true, false)]
    [InlineData(1, 900, 100, false, false)]
    [InlineData(1, 900, 101, false, true)]
    [InlineData(1, 10, 10, true, true)]
    public void A_cut_comes_before_a_line_that_does_not_fit(int rows, long bytes, int line, bool schemaChanged, bool cut) =>
        Policy.CutBefore(rows, bytes, line, schemaChanged).ShouldBe(cut);

    [Theory]
    [InlineData(9, 999, false)]
    [InlineData(10, 10, true)]
    [InlineData(1, 1_000, true)]
    public void A_cut_comes_when_an_object_is_full(int rows, long bytes, bool cut) => Policy.CutAfter(rows, bytes).ShouldBe(cut);

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(4.5, 0, 0.5)]
    [InlineData(4.5, 0.9, 0.1)]
    [InlineData(6, 0, -1)]
    [InlineData(2, 3, -2)]
    public void An_object_stays_open_until_it_is_old_or_idle(double age, double idle, double left) =>
        Policy.Remaining(TimeSpan.FromSeconds(age), TimeSpan.FromSeconds(idle)).TotalSeconds.ShouldBe(left, 1e-6);

    [Fact]
    public void Idleness_counts_only_where_it_is_set() =>
        (Policy with { IdleAfter = TimeSpan.Zero }).Remaining(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)).ShouldBe(TimeSpan.FromSeconds(4));
}
