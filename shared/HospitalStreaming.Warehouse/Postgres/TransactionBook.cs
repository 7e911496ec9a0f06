using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// The gate for whole transactions, and its books: what END said and is still waited for, what was let go lately, and what waits in raw. All of it
/// is written in the transaction of the load it tells of, and nothing at all for a source that does not name its transactions.
/// </summary>
/// <param name="names">Schema names.</param>
/// <param name="lake">The lake.</param>
/// <param name="tables">Loaded tables, by change topic.</param>
/// <param name="isStopped">Whether a change topic stands still until somebody has made a choice.</param>
/// <param name="patience">How long a transaction is waited for.</param>
internal sealed class TransactionBook(WarehouseNames names, ILake lake, Func<string, TableDescription?> tables, Func<string, bool> isStopped, TimeSpan patience)
{
    private readonly TransactionReadsBook _reads = new(names);
    private HashSet<(uint Id, Lsn At)> _pending = [];
    private long _givenUpKnown;

    /// <summary>The books say what is not in memory.</summary>
    internal bool IsBehind { get; private set; } = true;

    internal TransactionGate Gate { get; private set; } = new(_ => false, static name => name);

    /// <summary>Transactions that this loader has shown although they were not whole.</summary>
    internal long GivenUp { get; private set; }

    /// <summary>From here on the books are to be read anew, unless the load that begins is committed.</summary>
    internal void Begin() => IsBehind = true;

    internal void Committed()
    {
        GivenUp += _reads.GivenUp - _givenUpKnown;
        (IsBehind, _givenUpKnown) = (false, _reads.GivenUp);
    }

    internal async Task ReadBooksAsync(NpgsqlConnection connection, IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        Gate = new TransactionGate(topic => tables(topic) is not null, TopicNames.ChangesOfCollection, isStopped);
        await _reads.ReadAsync(connection, cancellation);
        _givenUpKnown = _reads.GivenUp;
        var oldest = await ReadTransactionsAsync(connection, cancellation);
        foreach (var position in positions)
        {
            if (tables(position.Stream.Topic) is { } table && (oldest is not null || position.Applied < position.Next))
            {
                await ReadWaitingAsync(connection, table, position, oldest ?? long.MaxValue, cancellation);
            }
        }
    }

    /// <summary>Takes in objects of the transaction topic.</summary>
    internal async Task ReadAsync(IEnumerable<LakeObject> objects, CancellationToken cancellation)
    {
        foreach (var item in objects)
        {
            foreach (var (_, end) in await TransactionTopic.EndsAsync(lake, item, cancellation))
            {
                Gate.Take(end);
            }
        }
    }

    /// <summary>Lets go what is whole, or has waited too long, and writes the books.</summary>
    /// <param name="connection">Connection, in the load's transaction.</param>
    /// <param name="load">The load; null where nothing new was read.</param>
    /// <param name="marked">Whether the streamed changes read name their transactions; null where none were read.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task AdvanceAsync(NpgsqlConnection connection, long? load, bool? marked, CancellationToken cancellation)
    {
        Gate.Advance();
        if (Gate.Blocker() is { } blocker && await LateAsync(connection, blocker.Load, cancellation) is { } late)
        {
            Gate.Advance(late);
        }

        await WriteAsync(connection, load, cancellation);
        await _reads.WriteAsync(connection, marked, Gate, cancellation);
    }

    internal Task<TransactionReads> StatusAsync(NpgsqlConnection connection, CancellationToken cancellation) => new TransactionReadsBook(names).StatusAsync(connection, cancellation);

    private async Task<long?> LateAsync(NpgsqlConnection connection, long oldest, CancellationToken cancellation)
    {
        if (TransactionPatience.IsExhausted(Gate))
        {
            return oldest;
        }

        await using var command = new NpgsqlCommand($"SELECT max(load_id) FROM {names.Line}.loads WHERE load_id >= @oldest AND loaded_at <= now() - @patience", connection);
        command.Parameters.AddWithValue("oldest", oldest);
        command.Parameters.AddWithValue("patience", patience);
        return await command.ExecuteScalarAsync(cancellation) as long?;
    }

    private async Task WriteAsync(NpgsqlConnection connection, long? load, CancellationToken cancellation)
    {
        var (ended, forgotten) = Gate.TakeNews();
        var pending = Gate.Pending.Count == 0 && _pending.Count == 0 ? [] : Gate.Pending.ToDictionary(end => (end.Id, end.At));
        var gone = _pending.Where(key => !pending.ContainsKey(key)).Select(key => (long)key.Id).ToArray();
        var fresh = pending.Where(end => !_pending.Contains(end.Key)).Select(end => end.Value).ToArray();
        if (ended.Count == 0 && gone.Length == 0 && fresh.Length == 0)
        {
            return;
        }

        _pending = [.. pending.Keys];
        await using (var delete = new NpgsqlCommand(
            $"DELETE FROM {names.Line}.transactions WHERE (NOT ended AND tx_id = ANY(@gone)) OR (ended AND tx_id = ANY(@forgotten))", connection))
        {
            delete.Parameters.AddWithValue("gone", gone);
            delete.Parameters.AddWithValue("forgotten", forgotten.Select(id => (long)id).ToArray());
            await delete.ExecuteNonQueryAsync(cancellation);
        }

        await using (var write = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.transactions (tx_id, ended, end_lsn, source_epoch, load_id)
            SELECT t, true, l, s, coalesce(@load, (SELECT max(load_id) FROM {names.Line}.loads)) FROM unnest(@t::bigint[], @l::bigint[], @s::int[]) AS x(t, l, s)
            ON CONFLICT (tx_id, ended) DO UPDATE SET end_lsn = excluded.end_lsn, source_epoch = excluded.source_epoch, load_id = excluded.load_id
            """,
            connection))
        {
            // The last word on an id; one statement writes a row once.
            var last = ended.GroupBy(one => one.Id).Select(id => id.Last()).ToArray();
            write.Parameters.Add(new("load", NpgsqlDbType.Bigint) { Value = (object?)load ?? DBNull.Value });
            write.Parameters.AddWithValue("t", Array.ConvertAll(last, one => (long)one.Id));
            write.Parameters.AddWithValue("l", Array.ConvertAll(last, one => (long)one.At.Value));
            write.Parameters.AddWithValue("s", Array.ConvertAll(last, one => one.SourceEpoch));
            await write.ExecuteNonQueryAsync(cancellation);
        }

        await using var wait = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.transactions (tx_id, ended, end_lsn, counts, load_id)
            SELECT t, false, l, c, @load FROM unnest(@t::bigint[], @l::bigint[], @c::text[]) AS x(t, l, c)
            ON CONFLICT (tx_id, ended) DO UPDATE SET end_lsn = excluded.end_lsn, counts = excluded.counts, load_id = excluded.load_id
            """,
            connection);
        wait.Parameters.AddWithValue("load", load ?? 0);
        wait.Parameters.AddWithValue("t", Array.ConvertAll(fresh, end => (long)end.Id));
        wait.Parameters.AddWithValue("l", Array.ConvertAll(fresh, end => (long)end.At.Value));
        wait.Parameters.AddWithValue("c", Array.ConvertAll(fresh, end => JsonSerializer.Serialize(end.Counts)));
        await wait.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What ended and what END said; returns the load of the oldest END that is waited for.</summary>
    private async Task<long?> ReadTransactionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT tx_id, end_lsn, ended, source_epoch, counts, load_id FROM {names.Line}.transactions ORDER BY ended DESC, load_id, end_lsn", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        (_pending, long? oldest) = ([], null);
        while (await reader.ReadAsync(cancellation))
        {
            var (id, at) = ((uint)reader.GetInt64(0), new Lsn((ulong)reader.GetInt64(1)));
            if (reader.GetBoolean(2))
            {
                Gate.Restore(new EndedTransaction(id, at, reader.GetInt32(3)));
                continue;
            }

            Gate.Take(new TransactionEnd(id, at, JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(4))!));
            _pending.Add((id, at));
            oldest = Math.Min(oldest ?? long.MaxValue, reader.GetInt64(5));
        }

        return oldest;
    }

    // What waits, and before it the records that cannot be read and that something which waits may lack.
    private async Task ReadWaitingAsync(NpgsqlConnection connection, TableDescription table, LoadPosition position, long oldest, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT r."offset", NULL, NULL, NULL, r.source_epoch, true, r.load_id FROM {PostgresTables.Raw(names, table)} r JOIN {names.Line}.poison_records p
              ON p.table_name = @table AND (p.partition, p."offset", p.stream_epoch) = (r.partition, r."offset", r.stream_epoch)
            WHERE r.partition = @partition AND r.stream_epoch = @epoch AND r."offset" < @applied AND r.op IS NULL AND r.load_id >= @oldest
            UNION ALL
            SELECT "offset", tx_id, tx_order, lsn, source_epoch, poison IS NOT NULL AND op IS NULL, load_id FROM {PostgresTables.Raw(names, table)}
            WHERE partition = @partition AND stream_epoch = @epoch AND "offset" >= @applied
            ORDER BY 1
            """,
            connection);
        command.Parameters.AddWithValue("partition", position.Stream.Partition);
        command.Parameters.AddWithValue("epoch", position.Stream.Epoch);
        command.Parameters.AddWithValue("applied", position.Applied);
        command.Parameters.AddWithValue("table", table.Name);
        command.Parameters.AddWithValue("oldest", oldest);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            TransactionMark? mark = reader.IsDBNull(2) ? null : new TransactionMark((uint)reader.GetInt64(1), reader.GetInt64(2));
            Lsn? lsn = reader.IsDBNull(3) ? null : new Lsn((ulong)reader.GetInt64(3));
            Gate.Take(position.Stream, reader.GetInt64(0), mark, lsn, reader.GetInt32(4), reader.GetBoolean(5), reader.GetInt64(6));
        }
    }
}
