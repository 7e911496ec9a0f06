using System.Globalization;
using System.Text.RegularExpressions;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The loader's books on BigQuery: fence, heads (last applied claim a table), positions, poison, moves and signals, and the one script that applies
/// a load. Scripts hold names and numbers of ours only, so these stand in the text; row values come from the stage.
/// </summary>
internal sealed partial class BigQueryLedger(BigQuerySql sql, WarehouseNames names)
{
    /// <summary>What the script's guard says when the fence or a head is not as expected.</summary>
    private const string Fenced = "hospital_fenced";

    private static readonly Dictionary<string, object?> None = [];

    private string Line => $"`{names.Line}`";

    internal Task TakeFenceAsync(string token, CancellationToken cancellation) => sql.ExecuteAsync(
        [
            $"DELETE FROM {Line}.fences WHERE name = 'loader'",
            $"INSERT INTO {Line}.fences (name, token, used_at) VALUES ('loader', {Text(token)}, CURRENT_TIMESTAMP())",
        ],
        cancellation);

    internal async Task<bool> HoldsFenceAsync(string token, CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT token FROM {Line}.fences WHERE name = 'loader'", None, cancellation)).Rows is [[string held]] && held == token;

    /// <summary>Last applied claim of each table, and who applied it.</summary>
    internal async Task<Dictionary<string, (long Sequence, string Nonce)>> HeadsAsync(CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT table_name, seq, nonce FROM {Line}.load_heads", None, cancellation)).Rows
            .ToDictionary(row => (string)row[0]!, row => ((long)row[1]!, (string)row[2]!), StringComparer.Ordinal);

    internal async Task<IReadOnlyList<LoadPosition>> PositionsAsync(CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync(
            $"SELECT topic, stream_epoch, `partition`, next_offset, `rows`, last_day FROM {Line}.positions ORDER BY 1, 2, 3", None, cancellation);
        return [.. rows.Rows.Select(row => new LoadPosition(
            new LakeStream((string)row[0]!, (string)row[1]!, (int)(long)row[2]!), (long)row[3]!, (long)row[4]!, (DateOnly)row[5]!))];
    }

    /// <summary>Poison records: table and key held back, one row a record.</summary>
    internal async Task<IReadOnlyList<(string Table, long? Key)>> PoisonAsync(CancellationToken cancellation) =>
        [.. (await sql.QueryAsync($"SELECT table_name, held_key FROM {Line}.poison_records", None, cancellation)).Rows
            .Select(row => ((string)row[0]!, (long?)row[1]))];

    internal async Task<ILookup<string, (long Key, long MissingKey, long MissingLsn)>> MovesAsync(CancellationToken cancellation) =>
        (await sql.QueryAsync($"SELECT table_name, key, missing_key, missing_lsn FROM {Line}.pending_moves", None, cancellation)).Rows
            .ToLookup(row => (string)row[0]!, row => ((long)row[1]!, (long)row[2]!, (long)row[3]!), StringComparer.Ordinal);

    /// <summary>Everything that a load changes outside of raw, in one transaction that compares the fence and each head first.</summary>
    /// <exception cref="LoadFencedException">The fence or a head has moved; nothing took effect.</exception>
    internal async Task ApplyAsync(
        string fence, string nonce, IReadOnlyList<TableBatch> batches, IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        // Written by each apply: BigQuery then lets only one of two simultaneous ones commit.
        var statements = new List<string> { $"UPDATE {Line}.fences SET used_at = CURRENT_TIMESTAMP() WHERE name = 'loader'" };
        foreach (var batch in batches)
        {
            statements.AddRange(Guarded(fence, nonce, batch));
            statements.AddRange(Current(batch));
            statements.AddRange(Positions(batch, positions));
            statements.AddRange(Books(batch));
        }

        statements.AddRange(Signals(batches));
        try
        {
            await sql.ExecuteAsync(statements, cancellation);
        }
        catch (WarehouseSqlException failure) when (!failure.IsMissingTable)
        {
            var heads = await HeadsAsync(cancellation);
            if (batches.All(batch => heads.GetValueOrDefault(batch.Table.Name) == (batch.Claim.Sequence, nonce)))
            {
                // The reply to the first try was lost; it took effect.
                return;
            }

            if (failure.Message.Contains(Fenced, StringComparison.Ordinal) || !await HoldsFenceAsync(fence, cancellation))
            {
                throw new LoadFencedException("another loader has taken over this warehouse, or has applied this claim");
            }

            throw;
        }
    }

    private IEnumerable<string> Guarded(string fence, string nonce, TableBatch batch)
    {
        var (table, sequence) = (Text(batch.Table.Name), batch.Claim.Sequence);
        yield return string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO {Line}.load_heads (table_name, seq, nonce)
            SELECT {table}, {sequence}, IF(
              (SELECT COUNT(*) FROM {Line}.fences WHERE name = 'loader') = 1
              AND (SELECT COUNT(*) FROM {Line}.fences WHERE name = 'loader' AND token = {Text(fence)}) = 1
              AND (SELECT COALESCE(MAX(seq), 0) FROM {Line}.load_heads WHERE table_name = {table}) = {sequence - 1},
              {Text(nonce)}, ERROR('{Fenced}'))
            """);
        yield return string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {Line}.load_heads WHERE table_name = {table} AND seq < {sequence}");
    }

    private IEnumerable<string> Current(TableBatch batch)
    {
        var target = $"`{names.Current}`.`{batch.Table.Name}`";
        if (batch.Stage is { } stage)
        {
            var columns = string.Join(", ", batch.Table.Columns.Select(column => $"`{column.Name}`").Concat(BigQueryTables.Meta.Select(meta => meta.Name)));
            var key = $"`{batch.Table.KeyColumn}`";
            yield return $"DELETE FROM {target} WHERE {key} IN (SELECT {key} FROM {Line}.`{stage}`)";
            yield return $"INSERT INTO {target} ({columns}) SELECT {columns} FROM {Line}.`{stage}`";
        }

        if (batch.SweepBelow is { } epoch)
        {
            var others = string.Join(", ", batch.Table.Columns.Where(column => column.Name != batch.Table.KeyColumn).Select(column => $"`{column.Name}` = NULL"));
            yield return string.Create(
                CultureInfo.InvariantCulture, $"UPDATE {target} SET _deleted = true, _op = 's', {others} WHERE _source_epoch < {epoch} AND NOT _deleted");
        }
    }

    private IEnumerable<string> Positions(TableBatch batch, IReadOnlyList<LoadPosition> positions)
    {
        foreach (var chain in batch.Claim.Objects.GroupBy(item => item.Name.Stream))
        {
            var (stream, last) = (chain.Key, chain.Last());
            var rows = chain.Sum(item => (long)item.Manifest!.Rows) + (positions.FirstOrDefault(position => position.Stream == stream)?.Rows ?? 0);
            yield return string.Create(CultureInfo.InvariantCulture, $"""
                DELETE FROM {Line}.positions
                WHERE topic = {Text(stream.Topic)} AND `partition` = {stream.Partition} AND stream_epoch = {Text(stream.Epoch)}
                """);
            yield return string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO {Line}.positions (topic, `partition`, stream_epoch, next_offset, `rows`, last_day, seq, loaded_at)
                VALUES ({Text(stream.Topic)}, {stream.Partition}, {Text(stream.Epoch)}, {last.Manifest!.Next}, {rows}, DATE '{last.Name.Day:yyyy-MM-dd}',
                  {batch.Claim.Sequence}, CURRENT_TIMESTAMP())
                """);
        }
    }

    private IEnumerable<string> Books(TableBatch batch)
    {
        var table = Text(batch.Table.Name);
        foreach (var (epoch, record) in batch.Batch.Poison)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO {Line}.poison_records (table_name, `partition`, `offset`, stream_epoch, held_key, reason)
                VALUES ({table}, {record.Position.Partition}, {record.Position.Offset}, {Text(epoch)}, {Number(record.HeldKey)}, {Text(record.Reason)})
                """);
        }

        foreach (var (key, missing) in batch.Moves)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {Line}.pending_moves WHERE table_name = {table} AND key = {key}");
            if (missing is { } move)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"INSERT INTO {Line}.pending_moves (table_name, key, missing_key, missing_lsn) VALUES ({table}, {key}, {move.Key}, {move.Lsn})");
            }
        }
    }

    private IEnumerable<string> Signals(IReadOnlyList<TableBatch> batches)
    {
        string[] changed = [.. batches.Where(batch => batch.Stage is not null || batch.SweepBelow is not null).Select(batch => SignalNames.CurrentOf(batch.Table.Name))];
        foreach (var signal in changed.Prepend(SignalNames.Current))
        {
            yield return $"""
                INSERT INTO {Line}.signals (name, version, changed_at)
                SELECT {Text(signal)}, 0, CURRENT_TIMESTAMP() FROM (SELECT COUNT(*) AS n FROM {Line}.signals WHERE name = {Text(signal)}) WHERE n = 0
                """;
            yield return $"UPDATE {Line}.signals SET version = version + 1, changed_at = CURRENT_TIMESTAMP() WHERE name = {Text(signal)}";
        }
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "NULL";

    private static string Text(string name) => Plain().IsMatch(name) ? $"'{name}'" : throw new ArgumentException("not a name of ours", nameof(name));

    [GeneratedRegex(@"^[A-Za-z0-9_.:\-]{1,255}$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
