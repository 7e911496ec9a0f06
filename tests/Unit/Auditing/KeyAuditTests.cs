using System.Collections.Frozen;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Tests.Unit.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Auditing;

/// <summary>A truncate in an audit: it empties keys as of the moment it is seen, at the source earlier than in raw or not yet.</summary>
public sealed class KeyAuditTests
{
    private const uint Before = 90;
    private const uint After = 110;

    private static readonly TransactionView View = new(100, 100, FrozenSet<ulong>.Empty);
    private static readonly RawTruncation Truncate = new(new Truncation(1, new Lsn(300)), Before);

    [Fact]
    public void A_truncate_that_the_source_snapshot_sees_too_leaves_nothing_on_either_side()
    {
        var audit = Audit(Truncate, Change(ChangeAct.Snapshot, 50, Before), Change(ChangeAct.Update, 110, Before));

        (audit.Now, audit.AtSource, audit.Emptied).ShouldBe((null, null, true));
    }

    [Fact]
    public void A_truncate_after_the_source_snapshot_leaves_the_row_there()
    {
        var audit = Audit(Truncate with { TransactionId = After }, Change(ChangeAct.Insert, 50, Before));

        audit.Now.ShouldBeNull();
        audit.Emptied.ShouldBeTrue();
        audit.AtSource!.Value.Last.Lsn.ShouldBe(new Lsn(50));
    }

    [Fact]
    public void What_is_written_after_a_truncate_stands()
    {
        var audit = Audit(Truncate, Change(ChangeAct.Insert, 50, Before), Change(ChangeAct.Insert, 310, Before));

        audit.Now!.Value.State.ShouldBe(new KeyState(new Lsn(310), 1));
        audit.AtSource.ShouldBe(audit.Now);
        audit.Emptied.ShouldBeFalse();
    }

    [Fact]
    public void A_key_of_which_nothing_could_be_applied_was_not_emptied() =>
        Audit(Truncate, new RawChange(7, null, Before, new Lsn(50))).ShouldBe(new KeyAudit(null, null, true, false));

    [Fact]
    public void Without_a_transaction_its_position_says_whether_the_source_snapshot_sees_it()
    {
        var truncation = Truncate with { TransactionId = null };
        truncation.IsSeen(View, new Lsn(299)).ShouldBeFalse();
        truncation.IsSeen(View, new Lsn(300)).ShouldBeTrue();
    }

    private static KeyAudit Audit(RawTruncation truncation, params RawChange[] history) => KeyAudit.Of(
        7, _ => history, View, new Lsn(1_000), (truncation.Truncation, truncation.IsSeen(View, new Lsn(1_000)) ? truncation.Truncation : null), Table.Numbers(1));

    private static RawChange Change(ChangeAct act, ulong lsn, uint transaction) => new(
        7, new RowChange(7, act, act == ChangeAct.Snapshot ? null : new Lsn(lsn), 1, 0, (long)lsn, null, [7L]) { ReadAt = new Lsn(lsn) }, transaction, new Lsn(lsn));
}
