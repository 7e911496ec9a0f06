using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Landing.Waiting;
using Npgsql;

namespace HospitalStreaming.Landing.Writing;

/// <summary>
/// Lands events inside one transaction: tables in the order parents, children, so that what refers to a row of the same batch finds it; then
/// deletions the other way round. Events that waited for what has just landed land too.
/// </summary>
/// <param name="connection">With the transaction open.</param>
/// <param name="room">The waiting events.</param>
/// <param name="limits">What may wait.</param>
/// <param name="now">Time of this transaction.</param>
/// <param name="careful">Row by row, so that one the database refuses becomes a dead letter; otherwise the refusal is thrown.</param>
internal sealed class TableTurn(NpgsqlConnection connection, WaitingRoom room, LandingLimits limits, DateTimeOffset now, bool careful)
{
    private readonly TableWriter _writer = new(connection);
    private readonly HashSet<Obstacle> _appeared = [];
    private readonly Dictionary<string, List<KeyPlan>> _deletions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _written = new(StringComparer.Ordinal);

    private readonly List<LogPosition> _noRoomFor = [];

    private DateTimeOffset GiveUpBefore => now - limits.MaxWait;

    /// <summary>Dead letters to write before the commit.</summary>
    public List<DeadLetter> Letters { get; } = [];

    /// <summary>Events landed, by table.</summary>
    public IReadOnlyDictionary<string, int> Written => _written;

    /// <summary>Lands them, in log order within each partition.</summary>
    /// <exception cref="WaitingFullException">Some would have to wait and there is no room; the transaction is to be rolled back.</exception>
    public async Task LandAsync(IReadOnlyList<Arrival> arrivals, CancellationToken cancellation)
    {
        var byTable = arrivals.ToLookup(arrival => arrival.Event.Table.Name, StringComparer.Ordinal);
        foreach (var table in HospitalSchema.EventTables)
        {
            await LandAsync(table, byTable[table.Name], cancellation);
        }

        foreach (var table in HospitalSchema.EventTables.Reverse())
        {
            await DeleteAsync(table, _deletions.GetValueOrDefault(table.Name, []), cancellation);
        }

        if (_noRoomFor.Count > 0)
        {
            throw new WaitingFullException(_noRoomFor);
        }

        await PendingStore.RemoveAsync(connection, [.. room.Leaving], cancellation);
        await PendingStore.PutAsync(connection, room.Staying, cancellation);
    }

    private async Task LandAsync(TableDescription table, IEnumerable<Arrival> arrivals, CancellationToken cancellation)
    {
        var byKey = arrivals.GroupBy(arrival => arrival.Event.Key).ToDictionary(group => group.Key, group => group.ToList());
        if (room.HoldsAny(table.Name))
        {
            var waiting = await PendingStore.LoadAsync(connection, table, [.. byKey.Keys], _appeared, GiveUpBefore, limits.MaxEventBytes, cancellation);
            foreach (var queue in waiting.GroupBy(arrival => arrival.Event.Key))
            {
                // What has waited is older than anything just read of the same row.
                byKey[queue.Key] = [.. queue, .. byKey.GetValueOrDefault(queue.Key, [])];
            }
        }

        if (byKey.Count == 0)
        {
            return;
        }

        var parents = byKey.Values.SelectMany(events => events).SelectMany(arrival => KeyPlan.Parents(arrival.Event)).Where(parent => !_appeared.Contains(parent)).ToHashSet();
        var standing = await _writer.StandingAsync(parents, cancellation);
        var plans = byKey.Values.Select(events => KeyPlan.Of(events, parent => _appeared.Contains(parent) || standing.Contains(parent), GiveUpBefore)).ToList();
        foreach (var plan in plans)
        {
            Settle(plan);
        }

        await UpsertAsync(table, [.. plans.Where(plan => plan.Upsert is not null)], cancellation);
        _deletions[table.Name] = [.. plans.Where(plan => plan.Deletion is not null)];
    }

    /// <summary>Who waits, who is given up. Deletions are settled when they are tried.</summary>
    private void Settle(KeyPlan plan)
    {
        foreach (var late in plan.GivenUp)
        {
            room.Leave(late);
            Letters.Add(LandingLetters.ParentMissing(late, limits.MaxWait));
        }

        foreach (var (waiting, why) in plan.Waiting)
        {
            if (!room.Keep(waiting, why))
            {
                _noRoomFor.Add(waiting.Position);
            }
        }

        foreach (var landed in plan.Landed.Where(landed => landed != plan.Deletion))
        {
            room.Leave(landed);
        }
    }

    private async Task UpsertAsync(TableDescription table, IReadOnlyList<KeyPlan> plans, CancellationToken cancellation)
    {
        if (!careful)
        {
            await _writer.UpsertAsync(table, [.. plans.Select(plan => plan.Upsert!.Event)], cancellation);
            foreach (var plan in plans)
            {
                Landed(table, plan.Upsert!.Event.Key, plan.Landed.Count);
            }

            return;
        }

        foreach (var plan in plans)
        {
            await UpsertCarefullyAsync(table, plan.Landed, cancellation);
        }
    }

    /// <summary>The last event that the database takes; those it refuses become dead letters.</summary>
    private async Task UpsertCarefullyAsync(TableDescription table, IReadOnlyList<Arrival> landed, CancellationToken cancellation)
    {
        for (var at = landed.Count - 1; at >= 0; at--)
        {
            if (landed[at].Event.Type == EventType.Deleted)
            {
                // The refused events after it are gone; what remains of the row's story ends with this deletion.
                await DeleteCarefullyAsync(table, landed[at], at + 1, cancellation);
                return;
            }

            if (await _writer.TryAsync(() => _writer.UpsertAsync(table, [landed[at].Event], cancellation), cancellation) is not { } sqlState)
            {
                Landed(table, landed[at].Event.Key, at + 1);
                return;
            }

            Letters.Add(LandingLetters.Refused(landed[at], sqlState));
        }
    }

    private async Task DeleteAsync(TableDescription table, IReadOnlyList<KeyPlan> plans, CancellationToken cancellation)
    {
        var referenced = await _writer.ReferencedAsync(table, [.. plans.Select(plan => plan.Deletion!.Event.Key)], cancellation);
        var free = plans.Where(plan => !referenced.Contains(plan.Deletion!.Event.Key)).ToList();
        foreach (var plan in free)
        {
            room.Leave(plan.Deletion!);
        }

        if (careful)
        {
            foreach (var plan in free)
            {
                await DeleteCarefullyAsync(table, plan.Deletion!, plan.Landed.Count, cancellation);
            }
        }
        else
        {
            await _writer.DeleteAsync(table, [.. free.Select(plan => plan.Deletion!.Event.Key)], cancellation);
            Count(table, free.Sum(plan => plan.Landed.Count));
        }

        var held = plans.Where(plan => referenced.Contains(plan.Deletion!.Event.Key)).ToList();
        foreach (var plan in held)
        {
            Hold(plan.Deletion!);
        }

        // The row stays for now, so what was said of it before the deletion counts.
        await UpsertAsync(
            table,
            [.. held.Select(plan => KeyPlan.Of([.. plan.Landed.SkipLast(1)], static _ => true, GiveUpBefore)).Where(before => before.Upsert is not null)],
            cancellation);
    }

    private async Task DeleteCarefullyAsync(TableDescription table, Arrival deletion, int events, CancellationToken cancellation)
    {
        if (await _writer.TryAsync(() => _writer.DeleteAsync(table, [deletion.Event.Key], cancellation), cancellation) is { } sqlState)
        {
            Letters.Add(sqlState == PostgresErrorCodes.ForeignKeyViolation ? LandingLetters.StillReferenced(deletion) : LandingLetters.Refused(deletion, sqlState));
        }
        else
        {
            Count(table, events);
        }
    }

    /// <summary>A deletion waits until nothing refers to its row, and not for ever.</summary>
    private void Hold(Arrival deletion)
    {
        if (deletion.ArrivedAt < GiveUpBefore)
        {
            room.Leave(deletion);
            Letters.Add(LandingLetters.StillReferenced(deletion));
        }
        else if (!room.Keep(deletion, Obstacle.StillReferenced(deletion.Event.Key)))
        {
            _noRoomFor.Add(deletion.Position);
        }
    }

    private void Landed(TableDescription table, long key, int events)
    {
        _appeared.Add(new Obstacle(table.Name, key));
        Count(table, events);
    }

    private void Count(TableDescription table, int events) => _written[table.Name] = _written.GetValueOrDefault(table.Name) + events;
}
