using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>The loader's books on BigQuery: fence, heads (last applied claim of each table), positions, poison and moves; and applying a load.</summary>
internal sealed class BigQueryLedger(BigQuerySql sql, WarehouseNames names)
{
    /// <summary>What <see cref="Position"/> reads.</summary>
    internal const string PositionColumns = "topic, stream_epoch, `partition`, next_offset, `rows`, last_day, COALESCE(applied_next, next_offset) AS applied";

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
        new LakeStream((string)row[0]!, (string)row[1]!, (int)(long)row[2]!), (long)row[3]!, (long)row[4]!, (DateOnly)row[5]!)
    { Applied = (long)row[6]! };

    /// <summary>Records that were set aside, and records decided about, one row a place.</summary>
    /// <param name="asOf">What follows a table's name where a moment is asked for, else empty.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<IReadOnlyList<BookedLetter>> LettersAsync(string asOf, CancellationToken cancellation) =>
        [.. (await sql.QueryAsync($"""
            SELECT table_name, stream_epoch, `partition`, `offset`, MAX(held_key) AS held_key, MAX(poison) AS poison, MAX(decided) AS decided FROM (
              SELECT table_name, stream_epoch, `partition`, `offset`, COALESCE(held_text, CAST(held_key AS STRING)) AS held_key, 1 AS poison, 0 AS decided FROM {Line}.poison_records{asOf}
              UNION ALL
              SELECT table_name, stream_epoch, `partition`, `offset`, NULL, 0, 1 FROM {Line}.letter_decisions{asOf}) AS letters
            GROUP BY 1, 2, 3, 4
            """, None, cancellation)).Rows.Select(row => new BookedLetter(
                (string)row[0]!,
                new LetterPlace(new LakeStream(TopicNames.ChangesOf((string)row[0]!), (string)row[1]!, (int)(long)row[2]!), (long)row[3]!),
                row[4] is string held ? RowKey.Parse(held) : null,
                (long)row[5]! == 1,
                (long)row[6]! == 1))];

    /// <summary>The latest truncate of each table that had one.</summary>
    internal async Task<Dictionary<string, Truncation?>> TruncationsAsync(string asOf, CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT table_name, source_epoch, lsn FROM {Line}.{BigQueryLayout.Truncations}{asOf}", None, cancellation)).Rows
            .ToDictionary(row => (string)row[0]!, row => (Truncation?)new Truncation((int)(long)row[1]!, new Lsn((ulong)(long)row[2]!)), StringComparer.Ordinal);

    internal async Task<ILookup<string, PendingMove>> MovesAsync(CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT table_name, COALESCE(key_text, CAST(key AS STRING)), COALESCE(missing_text, CAST(missing_key AS STRING)), missing_lsn FROM {Line}.pending_moves", None, cancellation)).Rows
            .ToLookup(row => (string)row[0]!, row => new PendingMove(RowKey.Parse((string)row[1]!), RowKey.Parse((string)row[2]!), (long)row[3]!), StringComparer.Ordinal);

    /// <summary>Everything that a load changes, in one transaction that compares the fence and each head first.</summary>
    /// <exception cref="LoadFencedException">The fence or a head has moved; nothing took effect.</exception>
    internal async Task ApplyAsync(
        string fence, string nonce, LoadStep step, JobBook jobs, CancellationToken cancellation)
    {
        try
        {
            await sql.ExecuteAsync([.. new LoadScript(names, fence, nonce).Statements(step), .. jobs.Statements()], cancellation);
            jobs.Booked();
        }
        catch (WarehouseSqlException failure)
        {
            var heads = await HeadsAsync(cancellation);
            if (step.Heads.All(head => heads.GetValueOrDefault(head.Name) == (head.Sequence, nonce)))
            {
                // The reply was lost; the load took effect.
                jobs.Booked();
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
