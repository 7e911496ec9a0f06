using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Loading;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// The warehouse on PostgreSQL: claim, raw rows, current rows, positions and signals of a load are one transaction, so a crash leaves all of a
/// load or nothing of it, and tables that a source transaction touched tend to change together.
/// </summary>
/// <param name="source">Connections to the warehouse's database.</param>
/// <param name="names">Schema names.</param>
/// <param name="tables">Captured tables.</param>
/// <param name="lake">Where the claimed objects are.</param>
public sealed class PostgresWarehouse(NpgsqlDataSource source, WarehouseNames names, IReadOnlyList<TableDescription> tables, ILake lake) : IWarehouse
{
    private readonly Ledger _ledger = new(names);
    private readonly PoisonBook _poison = new(names);
    private readonly EpochDocuments _epochs = new(lake);
    private readonly Dictionary<string, TableLoader> _loaders =
        tables.ToDictionary(table => TopicNames.ChangesOf(table.Name), table => new TableLoader(names, table, lake), StringComparer.Ordinal);

    private Dictionary<string, HashSet<long>> _held = new(StringComparer.Ordinal);
    private long _fence;

    /// <inheritdoc/>
    public TimeSpan LoadInterval => TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var script = new NpgsqlCommand(PostgresTables.Script(names, tables), connection, transaction))
        {
            await script.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task TakeOverAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        _fence = await _ledger.TakeFenceAsync(connection, cancellation);
        _held = await _poison.HeldAsync(connection, cancellation);
        foreach (var loader in _loaders.Values)
        {
            await loader.TakeOverAsync(connection, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<LoadStatus> StatusAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var positions = await _ledger.PositionsAsync(connection, cancellation);
        var (held, records) = await _poison.CountsAsync(connection, cancellation);
        return new LoadStatus(positions, held, records);
    }

    /// <inheritdoc/>
    public async Task<LoadResult> LoadAsync(LoadClaim claim, SetAside setAside, CancellationToken cancellation)
    {
        var epochs = await _epochs.ReadAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var loadId = await _ledger.BeginLoadAsync(connection, _fence, claim, cancellation);
        await _ledger.AdvanceAsync(connection, loadId, claim, cancellation);
        var positions = await _ledger.PositionsAsync(connection, cancellation);

        var results = new List<TableLoad>();
        var poison = new List<(string Table, string StreamEpoch, PoisonRecord Record)>();
        foreach (var topic in claim.ByTopic)
        {
            var loader = _loaders[topic.Key];
            var held = _held.GetValueOrDefault(loader.Table.Name) ?? [];
            var outcome = await loader.LoadAsync(connection, loadId, [.. topic], epochs, held, positions, cancellation);
            results.Add(outcome.Load);
            poison.AddRange(outcome.Poison.Select(item => (loader.Table.Name, item.StreamEpoch, item.Record)));
        }

        await SetAsideAsync(connection, poison, setAside, cancellation);
        await _ledger.SignalAsync(connection, results.Where(load => load.Written > 0).Select(load => load.Table), cancellation);
        await transaction.CommitAsync(cancellation);
        Hold(poison);
        foreach (var topic in claim.ByTopic)
        {
            _loaders[topic.Key].Committed();
        }

        return new LoadResult(loadId, results);
    }

    private async Task SetAsideAsync(
        NpgsqlConnection connection, List<(string Table, string StreamEpoch, PoisonRecord Record)> poison, SetAside setAside, CancellationToken cancellation)
    {
        if (poison.Count == 0)
        {
            return;
        }

        foreach (var table in poison.GroupBy(item => item.Table))
        {
            await _poison.WriteAsync(connection, table.Key, [.. table.Select(item => (item.StreamEpoch, item.Record))], cancellation);
        }

        await setAside([.. poison.Select(item => item.Record)], cancellation);
    }

    private void Hold(List<(string Table, string StreamEpoch, PoisonRecord Record)> poison)
    {
        foreach (var (table, _, record) in poison)
        {
            if (record.HeldKey is { } key)
            {
                if (!_held.TryGetValue(table, out var keys))
                {
                    _held[table] = keys = [];
                }

                keys.Add(key);
            }
        }
    }
}
