using System.Diagnostics;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.WarehouseSink.Chains;

/// <summary>
/// Looks for new objects of every topic that is loaded and makes claims of them: bounded, and one object of each partition in turn, so that no table
/// starves another. A topic whose chain is damaged stops; the others go on, and it is looked at again from time to time.
/// </summary>
internal sealed class ClaimPlanner(ILake lake, IReadOnlyList<string> topics, WarehouseSinkOptions options)
{
    private static readonly TimeSpan ThoroughEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryStoppedEvery = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, List<ChainFollower>> _chains = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Why, long At)> _stopped = new(StringComparer.Ordinal);
    private long _lastThorough;

    /// <summary>Topics that stopped, and why.</summary>
    internal IReadOnlyDictionary<string, (string Why, long At)> Stopped => _stopped;

    /// <summary>A claim came to nothing: the chains must go back to where the warehouse is.</summary>
    internal bool NeedsRestart { get; set; }

    /// <summary>Whether the last claim left objects for the next one.</summary>
    internal bool LeftSome { get; private set; }

    /// <summary>Goes back to where the warehouse is. Call at start and after any load that failed.</summary>
    internal async Task ResetAsync(IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        _chains.Clear();
        NeedsRestart = false;
        await LearnAsync(positions, cancellation);
        _lastThorough = Stopwatch.GetTimestamp();
    }

    /// <summary>The next claim, or null where there is nothing new. Objects beyond its bounds are left for the next one.</summary>
    internal Task<LoadClaim?> NextAsync(IReadOnlyList<LoadPosition> positions, CancellationToken cancellation) =>
        NextAsync(positions, Stopwatch.GetElapsedTime(_lastThorough) > ThoroughEvery, cancellation);

    /// <summary>The same, looking everywhere: null then means that there is nothing.</summary>
    internal Task<LoadClaim?> NextThoroughAsync(IReadOnlyList<LoadPosition> positions, CancellationToken cancellation) => NextAsync(positions, true, cancellation);

    private async Task<LoadClaim?> NextAsync(IReadOnlyList<LoadPosition> positions, bool thorough, CancellationToken cancellation)
    {
        if (thorough)
        {
            await LearnAsync(positions, cancellation);
            _lastThorough = Stopwatch.GetTimestamp();
        }

        foreach (var (topic, stop) in _stopped.Where(entry => Stopwatch.GetElapsedTime(entry.Value.At) > RetryStoppedEvery).ToList())
        {
            _stopped.Remove(topic);
        }

        var taken = new List<LakeObject>();
        long rows = 0, bytes = 0;
        LeftSome = false;
        var active = _chains.Where(entry => !_stopped.ContainsKey(entry.Key)).SelectMany(entry => entry.Value).ToList();
        while (active.Count > 0)
        {
            for (var i = active.Count - 1; i >= 0; i--)
            {
                var found = await PeekAsync(active[i], thorough, cancellation);
                if (found is not { Manifest: { } manifest })
                {
                    active.RemoveAt(i);
                    continue;
                }

                if (taken.Count > 0 && (rows + manifest.Rows > options.MaxRows || bytes + manifest.UncompressedBytes > options.MaxBytes))
                {
                    LeftSome = true;
                    return Claim(taken);
                }

                taken.Add(found);
                (rows, bytes) = (rows + manifest.Rows, bytes + manifest.UncompressedBytes);
                active[i].Advance(found);
            }
        }

        return taken.Count > 0 ? Claim(taken) : null;
    }

    /// <summary>Stops a topic whose object turned out damaged while it was loaded.</summary>
    internal void Stop(string topic, string why) => _stopped[topic] = (why, Stopwatch.GetTimestamp());

    private static LoadClaim Claim(List<LakeObject> taken) => new([.. taken.OrderBy(item => item.Name)]);

    private async Task<LakeObject?> PeekAsync(ChainFollower chain, bool thorough, CancellationToken cancellation)
    {
        try
        {
            return _stopped.ContainsKey(chain.Topic) ? null : await chain.PeekAsync(thorough, cancellation);
        }
        catch (LakeDamageException failure)
        {
            Stop(chain.Topic, failure.Message);
            return null;
        }
    }

    private async Task LearnAsync(IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        foreach (var topic in topics)
        {
            var lives = await StreamEpochs.ReadAsync(lake, topic, cancellation);
            if (!_chains.TryGetValue(topic, out var chains))
            {
                _chains[topic] = chains = [];
            }

            foreach (var chain in chains)
            {
                chain.Learn(lives);
            }

            for (var partition = chains.Count; partition < lives.Select(life => life.Partitions).DefaultIfEmpty(0).Max(); partition++)
            {
                var chain = new ChainFollower(lake, topic, partition);
                chain.Reset(lives, positions);
                chains.Add(chain);
            }
        }
    }
}
