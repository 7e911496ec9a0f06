using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Groups;

/// <summary>Random histories of joins, syncs, heartbeats, leaves, silence and restarts, with what must hold in each.</summary>
public sealed class GroupHistoryTests
{
    private readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_generation_has_two_leaders_two_assignments_or_a_member_that_waits_for_ever()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            Play(seed);
        }
    }

    private void Play(int seed)
    {
        var random = new Random(seed);
        var group = new Group("g", new GroupLimits(20, TimeSpan.Zero));
        var now = _start;
        var clients = Enumerable.Range(0, 5).Select(i => new Client { Instance = i == 0 ? "static" : null }).ToList();
        var leaders = new Dictionary<int, string>();
        var generation = 0;
        for (var step = 0; step < 300; step++)
        {
            now = now.AddMilliseconds(random.Next(0, 1500));
            var client = clients[random.Next(clients.Count)];
            switch (random.Next(12))
            {
                case 0:
                    group.Tick(now);
                    break;
                case 1:
                    group.Leave(client.Id, client.Instance, now);
                    client.Forget();
                    break;
                case 2:
                    client.Forget(); // Restarts without a word.
                    break;
                default:
                    Step(group, client, now);
                    break;
            }
            clients.ForEach(c => Take(c, leaders, seed));
            group.Generation.ShouldBeGreaterThanOrEqualTo(generation);
            generation = group.Generation;
        }
        // Whoever still waits is answered once everyone else falls silent.
        for (var i = 0; i < 200; i++)
        {
            now = now.AddSeconds(1);
            group.Tick(now);
        }
        clients.ShouldAllBe(c => c.Joining == null || c.Joining.IsCompleted, $"seed {seed}");
        clients.ShouldAllBe(c => c.Syncing == null || c.Syncing.IsCompleted, $"seed {seed}");
    }

    private static void Step(Group group, Client client, DateTimeOffset now)
    {
        if (client.Joining is not null || client.Syncing is not null)
        {
            return;
        }
        if (client.Joined is null)
        {
            client.Joining = group.Join(
                new JoinRequest(client.Id, client.Instance, "c", "/127.0.0.1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), "consumer",
                    [new GroupProtocol("range", [1])], MemberIdRequired: true, CanSkipAssignment: true),
                now);
        }
        else if (!client.IsAssigned)
        {
            var assignments = client.Joined.Members!.Select(m => KeyValuePair.Create(m.MemberId, BitConverter.GetBytes(client.Joined.Generation))).ToList();
            client.Syncing = group.Sync(new SyncRequest(client.Id, client.Instance, client.Joined.Generation, "consumer", "range", assignments), now);
        }
        else if (group.Heartbeat(client.Id, client.Instance, client.Joined.Generation, now) is var error && error != ErrorCode.None)
        {
            client.Joined = null;
            client.IsAssigned = false;
            client.Id = error == ErrorCode.RebalanceInProgress ? client.Id : "";
        }
    }

    private static void Take(Client client, Dictionary<int, string> leaders, int seed)
    {
        if (client.Joining is { IsCompleted: true } joining)
        {
            client.Joining = null;
            var joined = joining.GetAwaiter().GetResult();
            client.Id = joined.Error is ErrorCode.None or ErrorCode.MemberIdRequired ? joined.MemberId : "";
            client.Joined = joined.Error == ErrorCode.None ? joined : null;
            if (client.Joined is not null)
            {
                // A static leader that came back has a new id in the same generation, and is told not to assign.
                if (!joined.SkipAssignment && client.Instance is null && joined.Leader == joined.MemberId)
                {
                    leaders.TryAdd(joined.Generation, joined.Leader);
                    leaders[joined.Generation].ShouldBe(joined.Leader, $"seed {seed}: two leaders in {joined.Generation}");
                }
                (joined.Members!.Count == 0 || joined.Leader == joined.MemberId).ShouldBeTrue($"seed {seed}");
            }
        }
        if (client.Syncing is { IsCompleted: true } syncing)
        {
            client.Syncing = null;
            var synced = syncing.GetAwaiter().GetResult();
            if (synced.Error == ErrorCode.None)
            {
                client.IsAssigned = true;
                if (synced.Assignment.Length > 0)
                {
                    BitConverter.ToInt32(synced.Assignment).ShouldBe(client.Joined!.Generation, $"seed {seed}: an assignment of another generation");
                }
            }
            else
            {
                client.Joined = null;
                client.Id = synced.Error is ErrorCode.RebalanceInProgress ? client.Id : "";
            }
        }
    }

    private sealed class Client
    {
        public string Id { get; set; } = "";
        public string? Instance { get; init; }
        public JoinResult? Joined { get; set; }
        public bool IsAssigned { get; set; }
        public Task<JoinResult>? Joining { get; set; }
        public Task<SyncResult>? Syncing { get; set; }

        public void Forget() => (Id, Joined, IsAssigned, Joining, Syncing) = ("", null, false, null, null);
    }
}
