using HospitalStreaming.Capture;
using HospitalStreaming.Capture.State;
using HospitalStreaming.Core.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Capture;

public sealed class StartPlannerTests
{
    private static readonly SourceIdentity Source = new("7", 1, new Lsn(1000));
    private static readonly SlotState Slot = new("pgoutput", "hospital", new Lsn(500), "reserved", 0);

    private static readonly CaptureState Streaming = new()
    {
        Phase = CapturePhase.Streaming,
        SystemId = "7",
        Timeline = 1,
        Database = "hospital",
        ConsistentPoint = new Lsn(400),
        Position = new Lsn(500),
    };

    [Fact]
    public void Nothing_there_makes_a_slot() => Plan(null, null).ShouldBe(StartPlan.CreateSlot);

    [Fact]
    public void A_crash_before_the_slot_stood_makes_it() => Plan(Streaming with { Phase = CapturePhase.Creating, Position = default }, null).ShouldBe(StartPlan.CreateSlot);

    [Fact]
    public void A_crash_behind_its_creation_takes_it_over() => Plan(Streaming with { Phase = CapturePhase.Creating, Position = default }, Slot).ShouldBe(StartPlan.SnapshotAgain);

    [Fact]
    public void A_crash_in_the_snapshot_takes_it_again() => Plan(Streaming with { Phase = CapturePhase.Snapshotting }, Slot).ShouldBe(StartPlan.SnapshotAgain);

    [Fact]
    public void A_slot_at_or_behind_the_position_goes_on()
    {
        Plan(Streaming, Slot).ShouldBe(StartPlan.Stream);
        Plan(Streaming, Slot with { ConfirmedLsn = new Lsn(450) }).ShouldBe(StartPlan.Stream, "a server that crashed forgets its last confirmations");
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_where_the_gap_is_and_what_to_do()
    {
        Refusal(Streaming, null).ShouldContain("0/1F4 to 0/3E8");
        Refusal(Streaming with { Phase = CapturePhase.Snapshotting }, null).ShouldContain("missing");
        Refusal(null, Slot).ShouldContain("pg_drop_replication_slot");
        Refusal(Streaming with { SystemId = "8" }, Slot).ShouldContain("another PostgreSQL cluster");
        Refusal(Streaming with { Timeline = 2 }, Slot).ShouldContain("timeline 1");
        Refusal(Streaming with { Position = new Lsn(1001) }, Slot).ShouldContain("older copy");
        Refusal(Streaming, Slot with { ConfirmedLsn = new Lsn(501) }).ShouldContain("moved by hand");
        Refusal(Streaming, Slot with { WalStatus = "lost" }).ShouldContain("max_slot_wal_keep_size");
        Refusal(Streaming, Slot with { Plugin = "wal2json" }).ShouldContain("wal2json");
        Refusal(Streaming, Slot with { Database = "other" }).ShouldContain("other");
    }

    private static StartPlan Plan(CaptureState? state, SlotState? slot) => StartPlanner.Plan(state, slot, Source, "slot_a");

    private static string Refusal(CaptureState? state, SlotState? slot)
    {
        var message = Should.Throw<CaptureRefusedException>(() => Plan(state, slot)).Message;
        message.ShouldContain("Capture:SlotName");
        return message;
    }
}
