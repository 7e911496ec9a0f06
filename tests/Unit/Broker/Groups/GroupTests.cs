using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Groups;

public sealed class GroupTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Group _group = new("g", new GroupLimits(10, TimeSpan.Zero));

    [Fact]
    public void The_first_join_gets_an_id_and_the_second_the_group()
    {
        var first = _group.Join(Request(""), Start).Result();
        first.Error.ShouldBe(ErrorCode.MemberIdRequired);
        var second = _group.Join(Request(first.MemberId), Start).Result();
        (second.Error, second.Generation, second.Leader, second.Protocol).ShouldBe((ErrorCode.None, 1, first.MemberId, "range"));
        second.Members!.Single().MemberId.ShouldBe(first.MemberId);
    }

    [Fact]
    public void A_newcomer_waits_until_the_others_have_joined_again()
    {
        var first = StableMember();
        var newcomer = Join("");
        newcomer.IsCompleted.ShouldBeFalse();
        _group.Heartbeat(first, null, 1, Start).ShouldBe(ErrorCode.RebalanceInProgress);
        var again = _group.Join(Request(first), Start);
        (again.Result().Generation, newcomer.Result().Generation).ShouldBe((2, 2));
        again.Result().Leader.ShouldBe(first);
        again.Result().Members!.Count.ShouldBe(2);
        newcomer.Result().Members!.ShouldBeEmpty();
    }

    [Fact]
    public void Assignments_reach_every_member_of_their_generation_only()
    {
        var first = StableMember();
        var newcomer = Join("");
        _group.Join(Request(first), Start);
        var second = newcomer.Result().MemberId;
        var waiting = _group.Sync(Sync(second, 2), Start);
        waiting.IsCompleted.ShouldBeFalse();
        _group.Sync(Sync(first, 1), Start).Result().Error.ShouldBe(ErrorCode.IllegalGeneration);
        var leaders = _group.Sync(Sync(first, 2, (first, [1]), (second, [2])), Start).Result();
        leaders.Assignment.ShouldBe([1]);
        waiting.Result().Assignment.ShouldBe([2]);
        _group.State.ShouldBe(GroupState.Stable);
        _group.Heartbeat(second, null, 2, Start).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public void A_member_that_does_not_come_back_in_time_is_left_behind()
    {
        var first = StableMember();
        var newcomer = Join("");
        _group.Tick(Start.AddSeconds(9));
        _group.Heartbeat(first, null, 1, Start.AddSeconds(9));
        newcomer.IsCompleted.ShouldBeFalse();
        _group.Tick(Start.AddSeconds(31));
        newcomer.Result().Error.ShouldBe(ErrorCode.None);
        newcomer.Result().Leader.ShouldBe(newcomer.Result().MemberId);
        _group.Heartbeat(first, null, 1, Start.AddSeconds(31)).ShouldBe(ErrorCode.UnknownMemberId);
    }

    [Fact]
    public void A_silent_member_is_removed_and_the_group_empties()
    {
        var first = StableMember();
        _group.Heartbeat(first, null, 1, Start.AddSeconds(5)).ShouldBe(ErrorCode.None);
        _group.Tick(Start.AddSeconds(14));
        _group.HasMembers.ShouldBeTrue();
        _group.Tick(Start.AddSeconds(15));
        _group.HasMembers.ShouldBeFalse();
        _group.State.ShouldBe(GroupState.Empty);
    }

    [Fact]
    public void Members_that_never_sync_are_removed_and_the_rest_start_again()
    {
        var first = StableMember();
        var newcomer = Join("");
        _group.Join(Request(first), Start);
        var second = newcomer.Result().MemberId;
        var waiting = _group.Sync(Sync(second, 2), Start); // The leader never assigns.
        _group.Tick(Start.AddSeconds(31));
        waiting.Result().Error.ShouldBe(ErrorCode.RebalanceInProgress);
        var again = _group.Join(Request(second), Start.AddSeconds(31)).Result();
        (again.Error, again.Leader).ShouldBe((ErrorCode.None, second));
    }

    [Fact]
    public void The_protocol_is_one_that_all_speak_and_strangers_are_refused()
    {
        var first = StableMember("range", "cooperative-sticky");
        _group.Join(Request("", "roundrobin"), Start).Result().Error.ShouldBe(ErrorCode.InconsistentGroupProtocol);
        _group.Join(Request("") with { ProtocolType = "connect" }, Start).Result().Error.ShouldBe(ErrorCode.InconsistentGroupProtocol);
        var newcomer = Join("", "cooperative-sticky");
        _group.Join(Request(first, "range", "cooperative-sticky"), Start);
        newcomer.Result().Protocol.ShouldBe("cooperative-sticky");
    }

    [Fact]
    public void A_static_member_takes_its_place_back_and_fences_its_old_self()
    {
        var old = _group.Join(Request("") with { InstanceId = "a" }, Start).Result();
        _group.Sync(Sync(old.MemberId, 1, (old.MemberId, [9])) with { InstanceId = "a" }, Start);
        var back = _group.Join(Request("") with { InstanceId = "a", CanSkipAssignment = true }, Start).Result();
        (back.Error, back.Generation, back.SkipAssignment).ShouldBe((ErrorCode.None, 1, true));
        _group.Sync(Sync(back.MemberId, 1) with { InstanceId = "a" }, Start).Result().Assignment.ShouldBe([9]);
        _group.Heartbeat(old.MemberId, "a", 1, Start).ShouldBe(ErrorCode.FencedInstanceId);
        _group.MayCommit(old.MemberId, "a", 1, Start).ShouldBe(ErrorCode.FencedInstanceId);
    }

    [Fact]
    public void Only_members_of_the_generation_commit_and_anyone_where_there_are_none()
    {
        _group.MayCommit("", null, -1, Start).ShouldBe(ErrorCode.None);
        var first = StableMember();
        _group.MayCommit(first, null, 1, Start).ShouldBe(ErrorCode.None);
        _group.MayCommit(first, null, 0, Start).ShouldBe(ErrorCode.IllegalGeneration);
        _group.MayCommit("stranger", null, 1, Start).ShouldBe(ErrorCode.UnknownMemberId);
        _group.MayCommit("", null, -1, Start).ShouldBe(ErrorCode.UnknownMemberId);
        _group.Leave(first, null, Start).ShouldBe(ErrorCode.None);
        _group.MayCommit("", null, -1, Start).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public void A_full_group_refuses()
    {
        for (var i = 0; i < 10; i++)
        {
            _ = Join("");
        }
        _group.Join(Request(""), Start).Result().Error.ShouldBe(ErrorCode.GroupMaxSizeReached);
    }

    [Fact]
    public void Stopping_answers_everyone_who_waits()
    {
        var first = StableMember();
        var newcomer = Join("");
        _group.Die();
        _group.Abandon();
        newcomer.Result().Error.ShouldBe(ErrorCode.CoordinatorNotAvailable);
        _group.Join(Request(first), Start).Result().Error.ShouldBe(ErrorCode.CoordinatorNotAvailable);
    }

    private static JoinRequest Request(string memberId, params string[] protocols) => new(
        memberId, null, "client", "/127.0.0.1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), "consumer",
        [.. (protocols.Length > 0 ? protocols : ["range"]).Select(p => new GroupProtocol(p, [1]))], MemberIdRequired: true, CanSkipAssignment: false);

    private static SyncRequest Sync(string memberId, int generation, params (string Member, byte[] Assignment)[] assignments) =>
        new(memberId, null, generation, "consumer", null, [.. assignments.Select(a => KeyValuePair.Create(a.Member, a.Assignment))]);

    private Task<JoinResult> Join(string memberId, params string[] protocols) =>
        _group.Join(Request(_group.Join(Request(memberId, protocols), Start).Result().MemberId, protocols), Start);

    private string StableMember(params string[] protocols)
    {
        var member = Join("", protocols).Result().MemberId;
        _group.Sync(Sync(member, 1, (member, [7])), Start).Result().Error.ShouldBe(ErrorCode.None);
        return member;
    }
}
