using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>The loader's books on BigQuery: fence, heads (last applied claim of each table), positions, poison and moves; and applying a load.</summary>
internal sealed class BigQueryLedger(BigQuerySql sql, WarehouseNames names)
{
    /// <summary>What <see cref="Position"/> reads.</summary>
    internal const string PositionColumns = "topic, stream_epoch, `partition`, next_offset, `rows`, last_day";

    private static readonly Dictionary<string, object?> None = [];

    private string Line => $"`{names.Line}`";

    internal Task TakeFenceAsync(string token, CancellationToken cancellation) => sql.ExecuteAsync(
        [
            $"DELETE FROM {Line}.fences WHERE name = '{LoadScript.Fence}'",
            $"INSERT INTO {Line}.fences (name, token, used_at) VALUES ('{LoadScript.Fence}', {SqlText.Name(token)}, CURRENT_TIMESTAMP())",
        ],
        cancellation);

    internal async Task<bool> HoldsFenceAsync(string token, CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT token FROM {Line}.fences WHERE name = '{LoadScript.Fence}'", None, cancellation)).Rows is [[string held]] && held == token;

    /// <summary>Last applied claim of each table, and who applied it.</summary>
    internal async Task<Dictionary<string, (long Sequence, string Nonce)>> HeadsAsync(CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT table_name, seq, nonce FROM {Line}.{BigQueryLayout.Heads}", None, cancellation)).Rows
            .ToDictionary(row => (string)row[0]!, row => ((long)row[1]!, (string)row[2]!), StringComparer.Ordinal);

    internal async Task<IReadOnlyList<LoadPosition>> PositionsAsync(CancellationToken cancellation) =>
        [.. (await sql.QueryAsync($"SELECT {PositionColumns} FROM {Line}.positions ORDER BY 1, 2, 3", None, cancellation)).Rows.Select(Position)];

    internal static LoadPosition Position(object?[] row) => new(
        new LakeStream((string)row[0]!, (string)row[1]!, (int)(long)row[2]!), (long)row[3]!, (long)row[4]!, (DateOnly)row[5]!);

    /// <summary>Poison records: table and key held back, one row a record.</summary>
    internal async Task<IReadOnlyList<(string Table, long? Key)>> PoisonAsync(CancellationToken cancellation) =>
        [.. (await sql.QueryAsync($"SELECT table_name, held_key FROM {Line}.poison_records", None, cancellation)).Rows
            .Select(row => ((string)row[0]!, (long?)row[1]))];

    internal async Task<ILookup<string, PendingMove>> MovesAsync(CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT table_name, key, missing_key, missing_lsn FROM {Line}.pending_moves", None, cancellation)).Rows
            .ToLookup(row => (string)row[0]!, row => new PendingMove((long)row[1]!, (long)row[2]!, (long)row[3]!), StringComparer.Ordinal);

    /// <summary>Everything that a load changes, in one transaction that compares the fence and each head first.</summary>
    /// <exception cref="LoadFencedException">The fence or a head has moved; nothing took effect.</exception>
    internal async Task ApplyAsync(
        string fence, string nonce, IReadOnlyList<TableBatch> batches, IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        try
        {
            await sql.ExecuteAsync([.. new LoadScript(names, fence, nonce).Statements(batches, positions)], cancellation);
        }
        catch (WarehouseSqlException failure)
        {
            var heads = await HeadsAsync(cancellation);
            if (batches.All(batch => heads.GetValueOrDefault(batch.Table.Name) == (batch.Claim.Sequence, nonce)))
            {
                // The reply was lost; the load took effect.
                return;
            }

            if (failure.Message.Contains(LoadScript.Fenced, StringComparison.Ordinal) || !await HoldsFenceAsync(fence, cancellation))
            {
                throw new LoadFencedException("another loader has taken over this warehouse, or has applied this claim");
            }

            throw;
        }
    }
}
