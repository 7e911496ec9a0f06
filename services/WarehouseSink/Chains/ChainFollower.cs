using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.WarehouseSink.Chains;

/// <summary>
/// Follows one partition of a change topic through its chain of objects, from where the warehouse has loaded it, and from one life of the topic
/// to the next.
/// </summary>
internal sealed class ChainFollower(ILake lake, string topic, int partition)
{
    private IReadOnlyList<StreamEpoch> _lives = [];
    private int _life;
    private long? _next;
    private DateOnly? _day;

    internal string Topic => topic;

    /// <summary>Goes back to where the warehouse is.</summary>
    internal void Reset(IReadOnlyList<StreamEpoch> lives, IReadOnlyList<LoadPosition> positions)
    {
        _lives = lives;
        (_life, _next, _day) = (0, null, null);
        for (var i = 0; i < lives.Count; i++)
        {
            var stream = new LakeStream(topic, lives[i].Epoch, partition);
            if (positions.FirstOrDefault(position => position.Stream == stream) is { } at)
            {
                (_life, _next, _day) = (i, at.Next, at.LastDay);
            }
        }
    }

    internal void Learn(IReadOnlyList<StreamEpoch> lives) => _lives = lives;

    /// <summary>The next object, if it is there.</summary>
    /// <param name="thorough">Look under every day and for gaps, not only where the next object most likely is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LakeDamageException">The chain goes on, but not from where it must.</exception>
    internal async Task<LakeObject?> PeekAsync(bool thorough, CancellationToken cancellation)
    {
        while (_life < _lives.Count && partition < _lives[_life].Partitions)
        {
            var stream = new LakeStream(topic, _lives[_life].Epoch, partition);
            var found = _next is not { } next
                ? await LakeChainReader.FirstAsync(lake, stream, cancellation)
                : await NearAsync(stream, next, cancellation)
                    ?? (thorough ? await LakeChainReader.FindAsync(lake, stream, next, _day, cancellation) : null);
            if (found is not null)
            {
                return found.Manifest is { } manifest && manifest.Next > found.Name.StartOffset
                    ? found
                    : throw new LakeDamageException($"{found.Name} does not say where the chain goes on; run `hospital verify`");
            }

            if (thorough && _next is { } wanted && await BeyondAsync(stream, wanted, cancellation) is { } beyond)
            {
                throw new LakeDamageException($"the object of {stream} that starts at {wanted} is missing, yet there is {beyond.Name}; restore it");
            }

            if (_life + 1 >= _lives.Count)
            {
                return null;
            }

            (_life, _next, _day) = (_life + 1, null, null);
        }

        return null;
    }

    /// <summary>Goes on behind an object that was taken.</summary>
    internal void Advance(LakeObject taken) => (_next, _day) = (taken.Manifest!.Next, taken.Name.Day);

    private async Task<LakeObject?> NearAsync(LakeStream stream, long next, CancellationToken cancellation)
    {
        if (_day is not { } day)
        {
            return null;
        }

        return await lake.FindAsync(new(stream, day, next, lake.Compression), cancellation)
            ?? await lake.FindAsync(new(stream, day.AddDays(1), next, lake.Compression), cancellation);
    }

    // Asked for again after the gap was seen: the missing one may have been written in between, before the one beyond it.
    private async Task<LakeObject?> BeyondAsync(LakeStream stream, long next, CancellationToken cancellation)
    {
        foreach (var day in (await lake.DaysAsync(topic, cancellation)).Where(day => _day is null || day >= _day.Value.AddDays(-1)))
        {
            await foreach (var later in lake.ListAsync(stream, day, next, cancellation))
            {
                return later.Name.StartOffset == next || await LakeChainReader.FindAsync(lake, stream, next, _day, cancellation) is not null ? null : later;
            }
        }

        return null;
    }
}
