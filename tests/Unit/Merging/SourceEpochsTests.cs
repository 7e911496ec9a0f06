using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

public sealed class SourceEpochsTests
{
    private static readonly SourceEpochs Epochs = new(
    [
        new EpochBoundary(2, new LogPosition("t", 0, 100), 150),
        new EpochBoundary(2, new LogPosition("t", 1, 40), 60),
        new EpochBoundary(3, new LogPosition("t", 0, 900), 950),
    ]);

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 99, 1)]
    [InlineData(0, 100, 2)]
    [InlineData(0, 899, 2)]
    [InlineData(0, 5_000, 3)]
    [InlineData(1, 39, 1)]
    [InlineData(1, 40, 2)]
    [InlineData(2, 40, 1)]
    public void A_record_belongs_to_the_last_epoch_opened_at_or_before_it(int partition, long offset, int epoch) =>
        Epochs.Of("t", partition, offset).ShouldBe(epoch);

    [Theory]
    [InlineData(149, 60, 1)]
    [InlineData(150, 59, 1)]
    [InlineData(150, 60, 2)]
    [InlineData(950, 60, 3)]
    public void Rows_are_swept_once_the_snapshot_is_read_in_every_partition(long next0, long next1, int epoch) =>
        Epochs.SweepBelow("t", partition => partition == 0 ? next0 : next1).ShouldBe(epoch);

    [Fact]
    public void Other_topics_know_nothing_of_it() => Epochs.Of("u", 0, 1_000).ShouldBe(SourceEpochs.First);
}
