using System.Collections.Concurrent;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>One query a tile and choice of filters per build of its models, whoever and however many ask. A failed query is not kept.</summary>
internal sealed class TileCache(IWarehouseSql sql, TileNames names, LiveHub hub, TimeProvider clock)
{
    private const int MostEntries = 2_000;
    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(20);

    private readonly TileDialect _dialect = new(sql.Dialect, names);
    private readonly ConcurrentDictionary<(string Tile, string Filters), Entry> _entries = new();
    private long _queries;

    /// <summary>Queries sent to the warehouse so far.</summary>
    public long Queries => Interlocked.Read(ref _queries);

    /// <summary>Answers held.</summary>
    public int Entries => _entries.Count;

    /// <summary>The tile's data, or null while nothing was published yet.</summary>
    public async Task<TileAnswer?> GetAsync(TileDefinition tile, TileFilters filters, CancellationToken cancellation)
    {
        if (hub.State is not { } state)
        {
            return null;
        }

        var query = tile.QueryFor(filters, _dialect);
        var token = state.TokenOf(query.Models);
        var key = (tile.Name, query.Key);
        var fresh = new Entry(token, clock.GetUtcNow(), () => AskAsync(tile, query, token));
        var entry = _entries.AddOrUpdate(key, fresh, (_, old) => old.Token == token && !old.IsFailed ? old : fresh);
        if (ReferenceEquals(entry, fresh) && _entries.Count > MostEntries)
        {
            DropOldest();
        }

        return await entry.Answer.WaitAsync(cancellation);
    }

    private async Task<TileAnswer> AskAsync(TileDefinition tile, TileQuery query, string token)
    {
        Interlocked.Increment(ref _queries);
        // Not the asker's token: others wait for the same answer.
        using var limit = new CancellationTokenSource(QueryLimit, clock);
        var rows = await sql.QueryAsync(query.Sql, query.Parameters, limit.Token);
        return TileJson.Write(tile.Name, query.Models, rows, token);
    }

    private void DropOldest()
    {
        foreach (var old in _entries.OrderBy(entry => entry.Value.At).Take(MostEntries / 4))
        {
            _entries.TryRemove(old);
        }
    }

    private sealed class Entry(string token, DateTimeOffset at, Func<Task<TileAnswer>> ask)
    {
        private readonly Lazy<Task<TileAnswer>> _answer = new(ask);

        public string Token => token;

        public DateTimeOffset At => at;

        public Task<TileAnswer> Answer => _answer.Value;

        public bool IsFailed => _answer.IsValueCreated && (_answer.Value.IsFaulted || _answer.Value.IsCanceled);
    }
}
