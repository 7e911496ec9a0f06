using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Landing.Writing;

namespace HospitalStreaming.Landing.Consuming;

/// <summary>
/// Takes batches across all partitions, so that parents and children of one moment land in one transaction. Each partition has a lane of its own,
/// so one that runs ahead is paused alone.
/// </summary>
internal sealed class LandingLoop(Lander lander, TopicIds topicIds, LandingOptions options, LandingTrouble trouble, TimeProvider clock) : ILaneHandler
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BacklogPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BacklogLook = TimeSpan.FromMilliseconds(5);

    private readonly List<LaneSource> _sources = [];
    private readonly Dictionary<(string Topic, int Partition), long> _logEnds = [];
    private readonly SemaphoreSlim _turn = new(1);
    private CancellationTokenSource _batch = new();
    private long _toldAt;

    /// <inheritdoc/>
    public string LaneOf(string topic, int partition) => new LogPosition(topic, partition, 0).ToString();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> StartOffsetsAsync(IReadOnlyList<PartitionStart> partitions, CancellationToken cancellation)
    {
        foreach (var start in partitions)
        {
            _logEnds[(start.Topic, start.Partition)] = start.High;
        }

        return await lander.BeginAsync(partitions, await topicIds.OfAsync(partitions.Select(start => start.Topic), cancellation), cancellation);
    }

    /// <summary>A lane takes part from its assignment to its revocation. When it returns, no batch holds records of it.</summary>
    public async Task RunAsync(Lane lane, CancellationToken revoked)
    {
        var at = lane.Partitions[0];
        var source = new LaneSource(lane, at, _logEnds[(at.Topic, at.Partition)]);
        await _turn.WaitAsync(CancellationToken.None);
        _sources.Add(source);
        _turn.Release();
        try
        {
            await Task.Delay(Timeout.Infinite, revoked);
        }
        catch (OperationCanceledException)
        {
            // The batch in hand is rolled back, and whoever reads on begins at the books.
            await _batch.CancelAsync();
        }

        await _turn.WaitAsync(CancellationToken.None);
        _sources.Remove(source);
        _turn.Release();
    }

    /// <summary>Lands until stopped. Throws what landing threw.</summary>
    public async Task LandAsync(CancellationToken stopping)
    {
        var landedAt = clock.GetTimestamp();
        while (true)
        {
            var (landed, more) = await TurnAsync(clock.GetElapsedTime(landedAt), stopping);
            if (landed)
            {
                landedAt = clock.GetTimestamp();
            }

            await Task.Delay(!more ? options.MaxAge : landed ? TimeSpan.Zero : BacklogLook, clock, stopping);
        }
    }

    /// <summary>One batch; false where there was nothing to do. An empty one now and then looks after waiting events and shows that the database is there.</summary>
    private async Task<(bool Landed, bool More)> TurnAsync(TimeSpan idle, CancellationToken stopping)
    {
        await _turn.WaitAsync(stopping);
        try
        {
            if (_batch.IsCancellationRequested)
            {
                _batch.Dispose();
                _batch = new();
            }

            var (batch, more) = TimeMerge.Collect(_sources, options.MaxRows, options.MaxBytes, patient: idle < BacklogPatience);
            if (_sources.Count == 0 || (batch.Count == 0 && idle < Idle))
            {
                return (false, more);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _batch.Token);
            Settle(batch, await lander.LandAsync(batch, either.Token));
            return (true, more);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Partitions were revoked; their lanes go now, and those that stay begin their batch again.
            foreach (var source in _sources)
            {
                source.Landed(0);
            }

            return (false, true);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Settle(List<LogRecord> batch, IReadOnlyList<LogPosition> landed)
    {
        var next = landed.ToDictionary(position => (position.Topic, position.Partition), position => position.Offset);
        var tell = clock.GetElapsedTime(_toldAt) > CommitEvery;
        _toldAt = tell ? clock.GetTimestamp() : _toldAt;
        foreach (var source in _sources)
        {
            source.Landed(next.GetValueOrDefault(source.Place));
            source.Held = false;
            if (tell && next.TryGetValue(source.Place, out var offset))
            {
                source.Tell(offset);
            }
        }

        // Where there was no room for more waiting events, others go first; the next empty-handed look tries again.
        var left = batch.Where(record => record.Position.Offset >= next[(record.Position.Topic, record.Position.Partition)]).ToLookup(record => (record.Position.Topic, record.Position.Partition));
        foreach (var source in _sources.Where(source => left.Contains(source.Place)))
        {
            source.Held = true;
        }

        trouble.Clear(left.Count == 0 ? null : $"{lander.Waiting} events wait for rows they refer to, so reading is held back: is the producer of those rows running? (Landing:MaxWaiting)");
    }
}
