using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Landing.Waiting;
using Npgsql;
using Polly;

namespace HospitalStreaming.Landing.Writing;

/// <summary>
/// Lands batches: one transaction with the rows, the waiting events and the offsets. Dead letters are acknowledged before it commits. A
/// batch the database refuses is halved until the record at fault is alone.
/// </summary>
/// <param name="session">The one connection that writes.</param>
/// <param name="limits">What may wait.</param>
/// <param name="writeLetters">Writes dead letters, durably when it returns.</param>
/// <param name="retries">Retries of the database's failures.</param>
/// <param name="meters">Counts.</param>
/// <param name="clock">Clock.</param>
internal sealed class Lander(
    LandingSession session,
    LandingLimits limits,
    Func<IReadOnlyList<DeadLetter>, CancellationToken, Task> writeLetters,
    ResiliencePipeline retries,
    LineMeters meters,
    TimeProvider clock)
{
    private readonly Dictionary<(string Topic, int Partition), long> _next = [];

    // Records whose dead letter is written but whose offset is not past yet.
    private readonly HashSet<LogPosition> _lettered = [];
    private IReadOnlyDictionary<string, int> _waitingByTable = new Dictionary<string, int>();
    private long _waitingBytes;

    /// <summary>How many events wait.</summary>
    public int Waiting => _waitingByTable.Values.Sum();

    /// <summary>Takes partitions on: where each is to be read from.</summary>
    /// <exception cref="LandingRefusedException">A topic was made anew, or records are gone.</exception>
    public async Task<IReadOnlyList<long>> BeginAsync(IReadOnlyList<PartitionStart> partitions, IReadOnlyDictionary<string, string> topicIds, CancellationToken cancellation)
    {
        var next = await session.UseAsync(
            async connection =>
            {
                (_waitingByTable, _waitingBytes) = await PendingStore.CountAsync(connection, cancellation);
                return await OffsetBook.BeginAsync(connection, partitions, topicIds, cancellation);
            },
            cancellation);
        foreach (var (place, offset) in next)
        {
            _next[place] = offset;
        }

        return [.. partitions.Select(start => next[(start.Topic, start.Partition)])];
    }

    /// <summary>
    /// Lands records, in log order within each partition; with none, only looks after the events that wait. Records that would have to wait where
    /// there is no room are left, with all that follow them in their partition.
    /// </summary>
    /// <returns>The next offset of each partition, all durable; at or below a record's own where it was left.</returns>
    public async Task<IReadOnlyList<LogPosition>> LandAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellation)
    {
        // What is below the books has landed before: a replay changes nothing.
        var fresh = records.Where(record => record.Position.Offset >= _next[PlaceOf(record.Position)]).ToList();
        var now = clock.GetUtcNow();
        List<DeadLetter> letters = [];
        List<(LogPosition Position, Arrival? Arrival)> items = new(fresh.Count);
        foreach (var record in fresh)
        {
            var decoded = EventDecoder.Decode(record.Position.Topic, record.Key, record.Value, limits.MaxEventBytes);
            items.Add((record.Position, decoded.Accepted ? new Arrival(record.Position, record.Key!, record.Value!, decoded.Event, now) : null));
            if (!decoded.Accepted && _lettered.Add(record.Position))
            {
                letters.Add(LandingLetters.Of(record, decoded.Rejection));
            }
        }

        await WriteLettersAsync(letters, cancellation);
        while (true)
        {
            try
            {
                await LandPartAsync(items, cancellation);
                break;
            }
            catch (WaitingFullException full)
            {
                var cuts = full.NoRoomFor.GroupBy(position => (position.Topic, position.Partition)).ToDictionary(group => group.Key, group => group.Min(position => position.Offset));
                items.RemoveAll(item => item.Position.Offset < _next[PlaceOf(item.Position)] || (cuts.TryGetValue(PlaceOf(item.Position), out var cut) && item.Position.Offset >= cut));
            }
        }

        _lettered.RemoveWhere(position => position.Offset < _next[PlaceOf(position)]);
        foreach (var topic in fresh.Where(record => record.Position.Offset < _next[PlaceOf(record.Position)]).GroupBy(record => record.Position.Topic))
        {
            meters.Received(RoleNames.Landing, topic.Key, topic.Count());
        }

        return [.. records.Select(record => PlaceOf(record.Position)).Distinct().Select(place => new LogPosition(place.Topic, place.Partition, _next[place]))];
    }

    private static (string Topic, int Partition) PlaceOf(LogPosition position) => (position.Topic, position.Partition);

    private async Task LandPartAsync(List<(LogPosition Position, Arrival? Arrival)> items, CancellationToken cancellation)
    {
        try
        {
            await retries.ExecuteAsync(async token => await session.UseAsync(connection => TransactAsync(connection, items, token), token), cancellation);
        }
        catch (PostgresException refused) when (items.Count > 1 && LandingFailures.KindOf(refused) == FailureKind.Record)
        {
            // In order, so that each partition's offsets only ever move on.
            await LandPartAsync(items[..(items.Count / 2)], cancellation);
            await LandPartAsync(items[(items.Count / 2)..], cancellation);
        }
    }

    private async Task<bool> TransactAsync(NpgsqlConnection connection, List<(LogPosition Position, Arrival? Arrival)> items, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var target = items.GroupBy(item => PlaceOf(item.Position)).ToDictionary(group => group.Key, group => group.Max(item => item.Position.Offset) + 1);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await AlreadyLandedAsync(connection, target, cancellation))
        {
            (_waitingByTable, _waitingBytes) = await PendingStore.CountAsync(connection, cancellation);
            Advance(target);
            return false;
        }

        var room = new WaitingRoom(_waitingByTable, _waitingBytes, limits);
        var turn = new TableTurn(connection, room, limits, clock.GetUtcNow(), careful: items.Count <= 1);
        await turn.LandAsync([.. items.Select(item => item.Arrival).OfType<Arrival>()], cancellation);
        await WriteLettersAsync(turn.Letters, cancellation);
        await OffsetBook.MoveAsync(connection, [.. target.Select(entry => new LogPosition(entry.Key.Topic, entry.Key.Partition, entry.Value))], cancellation);
        await transaction.CommitAsync(cancellation);
        Advance(target);
        (_waitingByTable, _waitingBytes) = (room.RowsByTable, room.Bytes);
        Count(turn.Written, clock.GetElapsedTime(began));
        return true;
    }

    /// <summary>
    /// Whether an earlier try committed and only its answer was lost. Offsets that are neither where this batch begins nor where it ends were moved by
    /// someone else, who has landed these records: then this Landing stops and reads the books anew.
    /// </summary>
    private async Task<bool> AlreadyLandedAsync(NpgsqlConnection connection, Dictionary<(string Topic, int Partition), long> target, CancellationToken cancellation)
    {
        if (target.Count == 0)
        {
            return false;
        }

        var stored = await OffsetBook.HoldAsync(connection, target.Keys, cancellation);
        if (target.Keys.All(place => stored.TryGetValue(place, out var offset) && offset == _next[place]))
        {
            return false;
        }

        return target.All(entry => stored.TryGetValue(entry.Key, out var offset) && offset == entry.Value)
            ? true
            : throw new LandingRefusedException("landing.offsets was moved by another session: reading it anew");
    }

    private void Advance(Dictionary<(string Topic, int Partition), long> target)
    {
        foreach (var (place, offset) in target)
        {
            _next[place] = offset;
        }
    }

    private async Task WriteLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        if (letters.Count > 0)
        {
            await writeLetters(letters, cancellation);
        }
    }

    private void Count(IReadOnlyDictionary<string, int> written, TimeSpan took)
    {
        foreach (var (table, events) in written)
        {
            meters.Written(RoleNames.Landing, HospitalSchema.Table(table)!.Topic!, events, took);
        }
    }
}
