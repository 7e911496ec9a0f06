using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// Puts a warehouse that was made in data sets beside another in its place: all rows of raw, current and the loader's books in one transaction, so that
/// readers see the old state or the new one. Tables, views, grants and policy tags stay as they are. What was made is dropped behind it; a mark in its
/// books, made by the same transaction, tells a later run that only this is left to do.
/// </summary>
/// <param name="client">Sends requests.</param>
/// <param name="place">Data sets of the one in place.</param>
/// <param name="inCode">Captured tables that are known in code; those that the lake describes are made anew too.</param>
/// <param name="lake">The lake.</param>
/// <param name="loadInterval">Shortest time between two loads.</param>
/// <param name="transactionPatience">How long a transaction that is not whole is waited for; null for <see cref="TransactionPatience.Default"/>.</param>
/// <param name="alikeRefusals">Rows refused in a row for the same column that stop a table; 0 for never.</param>
public sealed class BigQuerySwap(
    BigQueryClient client,
    WarehouseNames place,
    IReadOnlyList<TableDescription> inCode,
    ILake lake,
    TimeSpan loadInterval,
    TimeSpan? transactionPatience = null,
    int alikeRefusals = WarehouseOptions.DefaultAlikeRefusals) : IWarehouseSwap
{
    // BigQuery's words where two transactions changed one table and this one came second.
    private const string Concurrent = "concurrent";

    private static readonly Dictionary<string, object?> None = [];

    private readonly WarehouseNames _made = place.Beside;
    private readonly BigQuerySql _sql = new(client, place);
    private BigQueryWarehouse? _warehouse;

    /// <inheritdoc/>
    public async Task<long?> FinishAsync(CancellationToken cancellation)
    {
        if (await client.CallAsync("GET", $"datasets/{_made.Line}/tables/fences", null, cancellation) is null
            || await CountAsync($"SELECT COUNT(*) FROM `{_made.Line}`.fences WHERE name = '{SwapScript.Swapped}'", cancellation) == 0)
        {
            return null;
        }

        var rows = await CountAsync($"SELECT COALESCE(SUM(`rows`), 0) FROM `{_made.Line}`.positions", cancellation);
        await DropAsync(cancellation);
        return rows;
    }

    /// <inheritdoc/>
    public async Task<IWarehouse> BeginAsync(CancellationToken cancellation)
    {
        var inPlace = new BigQueryWarehouse(client, place, inCode, lake, loadInterval);
        await inPlace.EnsureAsync(cancellation);
        if (SwapScript.Changes(inPlace.Tables) > SwapScript.MostTables)
        {
            throw new StartException(string.Create(
                CultureInfo.InvariantCulture,
                $"a rebuild replaces {SwapScript.Changes(inPlace.Tables)} tables at once, and BigQuery takes {SwapScript.MostTables} in one transaction. ")
                + $"Stop warehousesink, drop the data sets {place.Raw}, {place.Current} and {place.Line}, and start it: it loads them from the lake anew");
        }

        // With the columns and types that the one in place has by now; made with others, it began before somebody gave a column another type.
        var like = inPlace.Tables;
        _warehouse = await MadeAsync(like, cancellation);
        if (RebuiltTables.AreOthers(_warehouse.Tables, like))
        {
            await DropAsync(cancellation);
            _warehouse = await MadeAsync(like, cancellation);
        }

        await _warehouse.TakeOverAsync(cancellation);
        return _warehouse;
    }

    /// <inheritdoc/>
    public async Task<bool> SwapAsync(Func<Task> loadOn, CancellationToken cancellation)
    {
        var script = new SwapScript(_made, place);
        if (_warehouse is not { } warehouse || await CountAsync(script.Unreached, cancellation) > 0)
        {
            return false;
        }

        await new BigQueryTables(client, place).EnsureAsync(warehouse.Tables, cancellation);
        var nonce = Guid.NewGuid().ToString("N");
        try
        {
            await _sql.ExecuteAsync([.. script.Statements(warehouse.Tables, warehouse.Token, nonce)], cancellation);
        }
        catch (WarehouseSqlException failure)
        {
            var heads = await new BigQueryLedger(_sql, place).HeadsAsync(cancellation);
            if (warehouse.Tables.Any(table => heads.GetValueOrDefault(table.Name).Nonce != nonce))
            {
                if (failure.Message.Contains(LoadScript.Fenced, StringComparison.Ordinal) || !await new BigQueryLedger(_sql, _made).HoldsFenceAsync(warehouse.Token, cancellation))
                {
                    throw new LoadFencedException("another rebuild has taken over and goes on");
                }

                // Loaded further, or just being loaded: what it was cancelled by is to be loaded here too.
                if (failure.Message.Contains(Concurrent, StringComparison.OrdinalIgnoreCase) || await CountAsync(script.Unreached, cancellation) > 0)
                {
                    return false;
                }

                throw;
            }

            // The reply was lost; it took effect.
        }

        await DropAsync(cancellation);
        return true;
    }

    private async Task<BigQueryWarehouse> MadeAsync(IReadOnlyList<TableDescription> like, CancellationToken cancellation)
    {
        await new BigQueryTables(client, _made).EnsureAsync(like, cancellation);
        var warehouse = new BigQueryWarehouse(client, _made, inCode, lake, loadInterval, transactionPatience, alikeRefusals);
        await warehouse.EnsureAsync(cancellation);
        return warehouse;
    }

    // The books come last: the mark that says what is being dropped is in them.
    private async Task DropAsync(CancellationToken cancellation)
    {
        foreach (var dataset in new[] { _made.Views, _made.Staging, _made.Intermediate, _made.Marts, _made.Raw, _made.Current, _made.Line })
        {
            await client.CallAsync("DELETE", $"datasets/{dataset}", null, cancellation);
        }
    }

    private async Task<long> CountAsync(string query, CancellationToken cancellation) => (long)(await _sql.QueryAsync(query, None, cancellation)).Rows[0][0]!;
}
