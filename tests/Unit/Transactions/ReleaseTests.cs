using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Transactions;

/// <summary>What a load lets into current, of what it brings itself and of what waited.</summary>
public sealed class ReleaseTests
{
    private static readonly DateOnly Day = new(2026, 3, 1);
    private static readonly LakeStream Visits = new("t.visits", "abcd0123", 0);
    private static readonly LakeStream Bills = new("t.bills", "abcd0123", 0);

    [Fact]
    public void Of_each_partition_it_is_all_up_to_the_first_record_that_waits()
    {
        LoadPosition[] before = [new(Visits, 10, 10, Day) { Applied = 7 }, new(Bills, 5, 5, Day)];
        LakeObject[] objects = [Object(Visits, 10, 20), Object(Bills, 5, 6), Object(Bills, 6, 9)];
        var after = LoadPosition.After(before, objects);
        after.Select(position => (position.Next, position.Rows, position.Applied)).ShouldBe([(20, 20, 7), (9, 9, 5)]);

        var release = Release.Of(after, objects, stream => stream == Visits ? 12 : null);

        release.Ranges.ShouldBe([new AppliedRange(Visits, 7, 12, 10), new AppliedRange(Bills, 5, 9, 5)]);
        release.Ranges.Select(range => (range.From, range.WaitedUntil)).ShouldBe([(7, 10), (5, 5)]);
        release.Positions.Select(position => position.Applied).ShouldBe([12, 9]);
        (release.EndOf(Visits), release.EndOf(Bills)).ShouldBe((12, long.MaxValue));
        (release.Waits(new LetterPlace(Visits, 11)), release.Waits(new LetterPlace(Visits, 12)), release.Waits(new LetterPlace(Bills, 12))).ShouldBe((false, true, false));
    }

    [Fact]
    public void What_was_let_go_is_not_let_go_again_and_what_still_waits_does_not_move()
    {
        LoadPosition[] positions = [new(Visits, 20, 20, Day) { Applied = 12 }, new(Bills, 9, 9, Day)];
        var release = Release.Of(positions, [], stream => stream == Visits ? 12 : null);
        (release.Ranges.Count, release.Moved.Count).ShouldBe((0, 0));

        var freed = Release.Of(positions, [], _ => null);
        freed.Ranges.ShouldBe([new AppliedRange(Visits, 12, 20, long.MaxValue)]);
        freed.Moved.ShouldBe([positions[0] with { Applied = 20 }]);
    }

    [Fact]
    public void Rows_of_an_older_source_epoch_are_swept_once_the_newer_ones_snapshot_is_applied_not_when_it_is_read()
    {
        var epochs = new SourceEpochs([new EpochBoundary(2, new LogPosition(Visits.Topic, 0, 10), 15)]);
        var read = LoadPosition.After([new(Visits, 10, 10, Day)], [Object(Visits, 10, 20)]);
        var waits = Release.Of(read, [Object(Visits, 10, 20)], _ => 12);
        (waits.SweepBelow(Visits.Topic, epochs), waits.SweptBelow(Visits.Topic, epochs)).ShouldBe((null, null));

        var applied = Release.Of(waits.Positions, [], _ => null);
        (applied.SweepBelow(Visits.Topic, epochs), applied.SweptBelow(Visits.Topic, epochs)).ShouldBe((2, 2));
        Release.Of(applied.Positions, [], _ => null).SweepBelow(Visits.Topic, epochs).ShouldBeNull();
    }

    private static LakeObject Object(LakeStream stream, long start, long next) =>
        new(new LakeObjectName(stream, Day, start, LakeCompression.None), new LakeManifest(next, (int)(next - start), new string('0', 64), 0, 0, string.Empty, null, null), 0);
}
