using System.Collections.Concurrent;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Groups;

/// <summary>
/// All consumer groups. Membership lives in memory: after a restart members are told they are unknown and join again, with their offsets kept.
/// Committed offsets have no time limit; they go when the group or the topic is deleted (Kafka: a week after the group is empty).
/// </summary>
internal sealed class GroupCoordinator(OffsetStore offsets, BrokerOptions options, StorageEnvironment environment)
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly GroupLimits _limits = new(options.MaxGroupMembers, options.InitialRebalanceDelay);

    public OffsetStore Offsets => offsets;

    private DateTimeOffset Now => environment.Time.GetUtcNow();

    public Task<JoinResult> JoinAsync(string group, JoinRequest request)
    {
        if (group.Length == 0)
        {
            return Refuse(ErrorCode.InvalidGroupId);
        }
        if (request.SessionTimeout < options.MinSessionTimeout || request.SessionTimeout > options.MaxSessionTimeout)
        {
            return Refuse(ErrorCode.InvalidSessionTimeout);
        }
        if (!_groups.ContainsKey(group))
        {
            if (request.MemberId.Length > 0)
            {
                return Refuse(ErrorCode.UnknownMemberId);
            }
            if (_groups.Count >= options.MaxGroups)
            {
                return Refuse(ErrorCode.GroupMaxSizeReached);
            }
        }
        var joined = _groups.GetOrAdd(group, static (name, limits) => new Group(name, limits), _limits);
        lock (joined.Lock)
        {
            return joined.Join(request, Now);
        }

        Task<JoinResult> Refuse(ErrorCode error) => Task.FromResult(new JoinResult(error, request.MemberId));
    }

    public Task<SyncResult> SyncAsync(string group, SyncRequest request)
    {
        if (!_groups.TryGetValue(group, out var found))
        {
            return Task.FromResult(SyncResult.Refused(ErrorCode.UnknownMemberId));
        }
        lock (found.Lock)
        {
            return found.Sync(request, Now);
        }
    }

    public ErrorCode Heartbeat(string group, string memberId, string? instanceId, int generation) =>
        InGroup(group, g => g.Heartbeat(memberId, instanceId, generation, Now)) ?? ErrorCode.UnknownMemberId;

    public ErrorCode Leave(string group, string memberId, string? instanceId) =>
        InGroup(group, g => g.Leave(memberId, instanceId, Now)) ?? ErrorCode.UnknownMemberId;

    /// <summary>Stores offsets if this member may; one answer for all partitions.</summary>
    public ErrorCode Commit(string group, string memberId, string? instanceId, int generation, IReadOnlyList<PartitionCommit> commits)
    {
        if (group.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }
        if (_groups.TryGetValue(group, out var found))
        {
            lock (found.Lock)
            {
                var refused = found.MayCommit(memberId, instanceId, generation, Now);
                return refused == ErrorCode.None ? Store(group, commits) : refused;
            }
        }
        if (generation >= 0 || memberId.Length > 0)
        {
            return generation >= 0 && memberId.Length == 0 ? ErrorCode.IllegalGeneration : ErrorCode.UnknownMemberId;
        }
        return !offsets.Has(group) && offsets.Groups.Count >= options.MaxGroups ? ErrorCode.GroupMaxSizeReached : Store(group, commits);
    }

    public IReadOnlyList<GroupDescription> List()
    {
        var names = _groups.Keys.Union(offsets.Groups, StringComparer.Ordinal);
        return [.. names.Select(Describe).Where(g => g.State != GroupState.Dead)];
    }

    /// <summary>A group nobody knows is described as dead, as Kafka does.</summary>
    public GroupDescription Describe(string group)
    {
        if (_groups.TryGetValue(group, out var found))
        {
            lock (found.Lock)
            {
                return found.Describe();
            }
        }
        return new GroupDescription(group, offsets.Has(group) ? GroupState.Empty : GroupState.Dead, "", "", []);
    }

    public ErrorCode Delete(string group)
    {
        if (group.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }
        var refused = InGroup(group, g =>
        {
            if (g.HasMembers)
            {
                return ErrorCode.NonEmptyGroup;
            }
            g.Die();
            _groups.TryRemove(group, out _);
            return ErrorCode.None;
        });
        if (refused is ErrorCode.NonEmptyGroup)
        {
            return ErrorCode.NonEmptyGroup;
        }
        if (!offsets.Has(group))
        {
            return refused ?? ErrorCode.GroupIdNotFound;
        }
        try
        {
            offsets.Delete(group);
            return ErrorCode.None;
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            environment.Logger.LogError("Group {Group} could not be deleted: {Error}", group, error.Message);
            return ErrorCode.CoordinatorNotAvailable;
        }
    }

    /// <summary>Lets time-outs happen until the broker stops, then answers everyone who still waits.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TickInterval, environment.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                Tick();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            foreach (var group in _groups.Values)
            {
                lock (group.Lock)
                {
                    group.Die();
                    group.Abandon();
                }
            }
        }
    }

    private void Tick()
    {
        foreach (var group in _groups.Values)
        {
            lock (group.Lock)
            {
                group.Tick(Now);
                if (!group.HasMembers && group.State == GroupState.Empty)
                {
                    group.Die();
                    _groups.TryRemove(group.Name, out _);
                }
            }
        }
    }

    private ErrorCode? InGroup(string group, Func<Group, ErrorCode> work)
    {
        if (!_groups.TryGetValue(group, out var found))
        {
            return null;
        }
        lock (found.Lock)
        {
            return work(found);
        }
    }

    private ErrorCode Store(string group, IReadOnlyList<PartitionCommit> commits)
    {
        if (commits.Count == 0)
        {
            return ErrorCode.None;
        }
        try
        {
            offsets.Commit(group, commits);
            return ErrorCode.None;
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            environment.Logger.LogError("Offsets of group {Group} cannot be stored: {Error}", group, error.Message);
            return ErrorCode.CoordinatorNotAvailable;
        }
    }
}
