using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Groups;

/// <summary>
/// One consumer group by the classic protocol: a state machine that is told the time and never waits. Answers that must wait for other members
/// are tasks. The caller holds the group's lock; <see cref="Tick"/> is where time-outs happen.
/// </summary>
internal sealed class Group(string name, GroupLimits limits)
{
    private readonly Membership _members = new();
    private readonly Dictionary<string, DateTimeOffset> _pendingUntil = new(StringComparer.Ordinal);
    private DateTimeOffset _deadline;
    private DateTimeOffset _notBefore;
    private string _leader = "";
    private string _protocol = "";
    private string _protocolType = "";

    public string Name { get; } = name;
    public Lock Lock { get; } = new();
    public GroupState State { get; private set; } = GroupState.Empty;
    public int Generation { get; private set; }
    public bool HasMembers => _members.Count > 0 || _pendingUntil.Count > 0;

    public Task<JoinResult> Join(JoinRequest request, DateTimeOffset now)
    {
        if (State == GroupState.Dead)
        {
            return Refuse(ErrorCode.CoordinatorNotAvailable);
        }
        if (!_members.CanTake(request, _protocolType))
        {
            return Refuse(ErrorCode.InconsistentGroupProtocol);
        }
        if (request.MemberId.Length == 0)
        {
            return JoinNew(request, now);
        }
        if (_pendingUntil.ContainsKey(request.MemberId))
        {
            return _members.Count >= limits.MaxMembers ? Refuse(ErrorCode.GroupMaxSizeReached) : Add(request.MemberId, request, now);
        }
        var (error, member) = _members.Find(request.MemberId, request.InstanceId);
        return member is null ? Refuse(error) : Rejoin(member, request, now);

        Task<JoinResult> Refuse(ErrorCode code) => Task.FromResult(new JoinResult(code, request.MemberId));
    }

    public Task<SyncResult> Sync(SyncRequest request, DateTimeOffset now)
    {
        var (error, member) = _members.Find(request.MemberId, request.InstanceId);
        if (member is null)
        {
            return Refuse(error);
        }
        if (request.Generation != Generation)
        {
            return Refuse(ErrorCode.IllegalGeneration);
        }
        if ((request.ProtocolType is { } type && type != _protocolType) || (request.Protocol is { } protocol && protocol != _protocol && State != GroupState.PreparingRebalance))
        {
            return Refuse(ErrorCode.InconsistentGroupProtocol);
        }
        member.LastSeen = now;
        switch (State)
        {
            case GroupState.PreparingRebalance:
                return Refuse(ErrorCode.RebalanceInProgress);
            case GroupState.Stable:
                return Task.FromResult(Assigned(member));
            case GroupState.CompletingRebalance:
                member.Syncing?.TrySetResult(SyncResult.Refused(ErrorCode.RebalanceInProgress));
                var syncing = member.Syncing = new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (member.Id == _leader)
                {
                    Distribute(request.Assignments, now);
                }
                return syncing.Task;
            default:
                return Refuse(ErrorCode.UnknownMemberId);
        }

        static Task<SyncResult> Refuse(ErrorCode code) => Task.FromResult(SyncResult.Refused(code));
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation, DateTimeOffset now)
    {
        var (error, member) = _members.Find(memberId, instanceId);
        if (member is null)
        {
            return error;
        }
        if (generation != Generation)
        {
            return ErrorCode.IllegalGeneration;
        }
        member.LastSeen = now;
        return State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    public ErrorCode Leave(string memberId, string? instanceId, DateTimeOffset now)
    {
        if (_pendingUntil.Remove(memberId))
        {
            CompleteJoinIfAllAreIn(now);
            return ErrorCode.None;
        }
        if (memberId.Length == 0 && instanceId is not null)
        {
            memberId = _members.StaticMember(instanceId)?.Id ?? "";
        }
        var (error, member) = _members.Find(memberId, instanceId);
        if (member is null)
        {
            return error;
        }
        Remove(member, now);
        return ErrorCode.None;
    }

    /// <summary>Whether this member may commit now. Without members anyone may, outside a generation.</summary>
    public ErrorCode MayCommit(string memberId, string? instanceId, int generation, DateTimeOffset now)
    {
        if (generation < 0 && memberId.Length == 0 && _members.Count == 0)
        {
            return ErrorCode.None;
        }
        var (error, member) = _members.Find(memberId, instanceId);
        if (member is null)
        {
            return error;
        }
        if (generation != Generation)
        {
            return ErrorCode.IllegalGeneration;
        }
        member.LastSeen = now;
        return State == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Removes members that were silent for too long and ends rebalances that took too long.</summary>
    public void Tick(DateTimeOffset now)
    {
        foreach (var id in _pendingUntil.Where(p => p.Value <= now).Select(p => p.Key).ToList())
        {
            _pendingUntil.Remove(id);
        }
        foreach (var member in _members.All.ToList())
        {
            if (member is { Joining: null, Syncing: null } && now - member.LastSeen >= member.SessionTimeout)
            {
                Remove(member, now);
            }
        }
        if (State == GroupState.PreparingRebalance)
        {
            if (now >= _deadline)
            {
                CompleteJoin(now);
            }
            else
            {
                CompleteJoinIfAllAreIn(now);
            }
        }
        else if (State == GroupState.CompletingRebalance && now >= _deadline)
        {
            foreach (var late in _members.All.Where(m => m.Syncing is null).ToList())
            {
                Drop(late);
            }
            PrepareRebalance(now);
            CompleteJoinIfAllAreIn(now);
        }
    }

    public GroupDescription Describe() => new(
        Name,
        State,
        _protocolType,
        State == GroupState.Stable ? _protocol : "",
        [.. _members.All.Select(m => new MemberDescription(
            m.Id, m.InstanceId, m.ClientId, m.ClientHost, State == GroupState.Stable ? m.MetadataFor(_protocol) : [], m.Assignment))]);

    /// <summary>The last state: whoever still holds the group must look it up again.</summary>
    public void Die() => State = GroupState.Dead;

    /// <summary>Answers everyone who waits, because the broker stops; clients find their coordinator again.</summary>
    public void Abandon()
    {
        foreach (var member in _members.All)
        {
            member.Joining?.TrySetResult(new JoinResult(ErrorCode.CoordinatorNotAvailable, member.Id));
            member.Syncing?.TrySetResult(SyncResult.Refused(ErrorCode.CoordinatorNotAvailable));
            (member.Joining, member.Syncing) = (null, null);
        }
    }

    private Task<JoinResult> JoinNew(JoinRequest request, DateTimeOffset now)
    {
        var id = Membership.NewId(request);
        if (request.InstanceId is not null && _members.StaticMember(request.InstanceId) is { } old)
        {
            return Replace(old, id, request, now);
        }
        if (_members.Count + _pendingUntil.Count >= limits.MaxMembers)
        {
            return Task.FromResult(new JoinResult(ErrorCode.GroupMaxSizeReached, ""));
        }
        if (request.InstanceId is null && request.MemberIdRequired)
        {
            _pendingUntil[id] = now + request.SessionTimeout;
            return Task.FromResult(new JoinResult(ErrorCode.MemberIdRequired, id));
        }
        return Add(id, request, now);
    }

    private Task<JoinResult> Add(string id, JoinRequest request, DateTimeOffset now)
    {
        _pendingUntil.Remove(id);
        if (_members.Count == 0)
        {
            _protocolType = request.ProtocolType;
        }
        var member = new Member(id, request) { LastSeen = now };
        _members.Add(member);
        return ParkAndRebalance(member, now);
    }

    private Task<JoinResult> Rejoin(Member member, JoinRequest request, DateTimeOffset now)
    {
        member.LastSeen = now;
        var unchanged = member.Offers(request.Protocols);
        var isRepeat = unchanged
            && (State == GroupState.CompletingRebalance || (State == GroupState.Stable && member.Id != _leader));
        member.Update(request);
        return isRepeat ? Task.FromResult(Joined(member)) : ParkAndRebalance(member, now);
    }

    // A static member that comes back under a new id keeps its assignment: no rebalance where it asks for the same.
    private Task<JoinResult> Replace(Member old, string id, JoinRequest request, DateTimeOffset now)
    {
        old.Joining?.TrySetResult(new JoinResult(ErrorCode.FencedInstanceId, old.Id));
        old.Syncing?.TrySetResult(SyncResult.Refused(ErrorCode.FencedInstanceId));
        _members.Remove(old);
        var member = new Member(id, request) { LastSeen = now, Assignment = old.Assignment };
        _members.Add(member);
        var wasLeader = _leader == old.Id;
        if (wasLeader)
        {
            _leader = id;
        }
        if (State != GroupState.Stable || !old.MetadataFor(_protocol).AsSpan().SequenceEqual(member.MetadataFor(_protocol)))
        {
            return ParkAndRebalance(member, now);
        }
        var joined = Joined(member);
        if (wasLeader && !request.CanSkipAssignment)
        {
            joined = joined with { Leader = old.Id, Members = [] }; // As Kafka: an older client must not think it has to assign.
        }
        return Task.FromResult(joined with { SkipAssignment = wasLeader && request.CanSkipAssignment });
    }

    private Task<JoinResult> ParkAndRebalance(Member member, DateTimeOffset now)
    {
        member.Joining?.TrySetResult(new JoinResult(ErrorCode.RebalanceInProgress, member.Id));
        var joining = member.Joining = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (State != GroupState.PreparingRebalance)
        {
            PrepareRebalance(now);
        }
        CompleteJoinIfAllAreIn(now);
        return joining.Task;
    }

    private void PrepareRebalance(DateTimeOffset now)
    {
        foreach (var member in _members.All)
        {
            member.Assignment = [];
            if (member.Syncing is not null)
            {
                member.LastSeen = now; // It waited for us: its session starts again.
                member.Syncing.TrySetResult(SyncResult.Refused(ErrorCode.RebalanceInProgress));
                member.Syncing = null;
            }
        }
        _notBefore = State == GroupState.Empty ? now + limits.InitialDelay : now;
        State = GroupState.PreparingRebalance;
        _deadline = now + _members.LongestRebalance + (_notBefore - now);
    }

    private void CompleteJoinIfAllAreIn(DateTimeOffset now)
    {
        if (State == GroupState.PreparingRebalance && now >= _notBefore && _pendingUntil.Count == 0 && _members.All.All(m => m.Joining is not null))
        {
            CompleteJoin(now);
        }
    }

    private void CompleteJoin(DateTimeOffset now)
    {
        foreach (var absent in _members.All.Where(m => m is { Joining: null, InstanceId: null }).ToList())
        {
            Drop(absent);
        }
        var present = _members.All.Where(m => m.Joining is not null).ToList();
        if (_members.Count > 0 && present.Count == 0)
        {
            _deadline = now + _members.LongestRebalance; // Only static members, all away: their sessions decide.
            return;
        }
        Generation++;
        if (_members.Count == 0)
        {
            (State, _leader, _protocol) = (GroupState.Empty, "", "");
            return;
        }
        State = GroupState.CompletingRebalance;
        _deadline = now + _members.LongestRebalance;
        if (!present.Any(m => m.Id == _leader))
        {
            _leader = present[0].Id;
        }
        _protocol = _members.Vote();
        foreach (var member in present)
        {
            member.LastSeen = now;
            member.Joining!.TrySetResult(Joined(member));
            member.Joining = null;
        }
    }

    private void Distribute(IReadOnlyList<KeyValuePair<string, byte[]>> assignments, DateTimeOffset now)
    {
        foreach (var (id, assignment) in assignments)
        {
            _members.Assign(id, assignment);
        }
        State = GroupState.Stable;
        foreach (var member in _members.All)
        {
            if (member.Syncing is not null)
            {
                member.LastSeen = now;
                member.Syncing.TrySetResult(Assigned(member));
                member.Syncing = null;
            }
        }
    }

    private void Remove(Member member, DateTimeOffset now)
    {
        Drop(member);
        if (State is GroupState.Stable or GroupState.CompletingRebalance)
        {
            PrepareRebalance(now);
        }
        CompleteJoinIfAllAreIn(now);
    }

    private void Drop(Member member)
    {
        member.Joining?.TrySetResult(new JoinResult(ErrorCode.UnknownMemberId, member.Id));
        member.Syncing?.TrySetResult(SyncResult.Refused(ErrorCode.UnknownMemberId));
        _members.Remove(member);
        if (_leader == member.Id)
        {
            _leader = "";
        }
    }

    private JoinResult Joined(Member member) => new(
        ErrorCode.None,
        member.Id,
        Generation,
        _protocolType,
        _protocol,
        _leader,
        Members: member.Id == _leader
            ? [.. _members.All.Select(m => new JoinedMember(m.Id, m.InstanceId, m.MetadataFor(_protocol)))]
            : []);

    private SyncResult Assigned(Member member) => new(ErrorCode.None, _protocolType, _protocol, member.Assignment);
}
