using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

public sealed class ChangeReducerTests
{
    private static readonly Config Seeds = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    [Fact]
    public void Any_redelivery_and_any_batching_leave_the_true_rows() => Check.One(Seeds, Prop.ForAll<int>(seed =>
    {
        var texts = seed % 3 == 0 ? Table.Texts(columns: 3) : null;
        var history = new History(seed, snapshot: seed % 2 == 0, texts);
        history.Write(40);

        var table = new Table(texts ?? Table.Numbers(columns: 3), columns: 3);
        foreach (var batch in history.Batches(history.Redelivered()))
        {
            table.Apply(batch);
        }

        table.Text().ShouldBe(history.Truth(), $"seed {seed}");
    }));

    [Fact]
    public void A_new_source_epoch_and_its_sweep_leave_the_true_rows() => Check.One(Seeds, Prop.ForAll<int>(seed =>
    {
        var history = new History(seed, snapshot: true);
        history.Write(20);
        history.LoseTheSlot();
        var table = new Table(columns: 3);
        foreach (var batch in history.Batches(history.Redelivered()))
        {
            table.Apply(batch);
        }

        table.Sweep(belowEpoch: 2);
        table.Text().ShouldBe(history.Truth(), $"seed {seed}");
    }));

    [Fact]
    public void A_redelivered_insert_does_not_revive_a_deleted_row()
    {
        var insert = Change(ChangeAct.Insert, 10, "a");
        var table = new Table(columns: 2);
        table.Apply([insert, Change(ChangeAct.Delete, 20)]);

        table.Apply([insert]);

        table.Text().ShouldBeEmpty();
    }

    [Fact]
    public void A_streamed_change_beats_the_snapshot_row_before_it_although_its_lsn_is_lower()
    {
        var table = new Table(columns: 2);

        table.Apply([Change(ChangeAct.Snapshot, null, "old"), Change(ChangeAct.Update, 5, "new")]);

        table.Text().ShouldBe("1,new");
    }

    [Fact]
    public void A_snapshot_row_beats_the_streamed_change_before_it_and_keeps_its_lsn_as_the_bar()
    {
        var table = new Table(columns: 2);
        table.Apply([Change(ChangeAct.Update, 50, "streamed"), Change(ChangeAct.Snapshot, null, "read later")]);

        table.Apply([Change(ChangeAct.Update, 50, "streamed")]);

        table.Text().ShouldBe("1,read later");
    }

    [Fact]
    public void A_key_with_nothing_new_is_not_written()
    {
        var seen = new Dictionary<RowKey, KeyState> { [1] = new(new Lsn(50), SourceEpochs.First) };

        ChangeReducer.Reduce([Change(ChangeAct.Update, 40, "x"), Change(ChangeAct.Delete, 50)], seen, Table.Numbers(2)).ShouldBeEmpty();
    }

    [Fact]
    public void A_tombstone_keeps_its_key_and_nothing_else()
    {
        var rows = ChangeReducer.Reduce([Change(ChangeAct.Insert, 10, "x"), Change(ChangeAct.Delete, 11)], new Dictionary<RowKey, KeyState>(), Table.Numbers(2));

        rows[1].Deleted.ShouldBeTrue();
        rows[1].Values.ShouldBe([1L, null]);
        rows[1].State.HighestLsn.ShouldBe(new Lsn(11));
    }

    [Fact]
    public void An_untouched_large_column_is_kept_from_the_batch_where_that_has_it_and_from_the_table_otherwise()
    {
        var kept = Change(ChangeAct.Update, 20, KeptValue.Instance);

        var inBatch = ChangeReducer.Reduce([Change(ChangeAct.Insert, 10, "large"), kept], new Dictionary<RowKey, KeyState>(), Table.Numbers(2));
        var inTable = ChangeReducer.Reduce([kept], new Dictionary<RowKey, KeyState> { [1] = new(new Lsn(10), 1) }, Table.Numbers(2));

        inBatch[1].Values[1].ShouldBe("large");
        inTable[1].KeepsSome.ShouldBeTrue();
    }

    private static RowChange Change(ChangeAct act, ulong? lsn, object? value = null) => new(
        1, act, lsn is { } at ? new Lsn(at) : null, SourceEpochs.First, 0, 0, null, act == ChangeAct.Delete ? null : [1L, value]);
}
