using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>The loader's books: fence, positions, claims and signals. Everything here happens in the transaction of the load it tells of.</summary>
internal sealed class Ledger(WarehouseNames names)
{
    private const string LoaderFence = "loader";

    private string Line => names.Line;

    internal async Task<long> TakeFenceAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {Line}.fences AS f (name, token, taken_at) VALUES (@name, 1, now())
            ON CONFLICT (name) DO UPDATE SET token = f.token + 1, taken_at = now() RETURNING token
            """,
            connection);
        command.Parameters.AddWithValue("name", LoaderFence);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>SQL: whether row r of a raw table waits for its transaction, so that current must not have it yet.</summary>
    internal static string Waits(WarehouseNames names, TableDescription table) => $"""
        EXISTS (SELECT FROM {names.Line}.positions w WHERE w.topic = '{TopicNames.ChangesOf(table.Name)}'
          AND (w.partition, w.stream_epoch) = (r.partition, r.stream_epoch) AND w.applied_next <= r."offset")
        """;

    /// <summary>Opens a load: holds the fence and writes the claim's head.</summary>
    internal async Task<long> BeginLoadAsync(NpgsqlConnection connection, long fence, LoadClaim claim, CancellationToken cancellation)
    {
        await HoldFenceAsync(connection, fence, cancellation);
        await using var head = new NpgsqlCommand(
            $"INSERT INTO {Line}.loads (loaded_at, objects, rows) VALUES (now(), @objects, @rows) RETURNING load_id", connection);
        head.Parameters.AddWithValue("objects", claim.Objects.Count);
        head.Parameters.AddWithValue("rows", claim.Rows);
        return (long)(await head.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Lets verify go first where it asks for a quiet moment, proves the fence and holds it until commit.</summary>
    internal async Task HoldFenceAsync(NpgsqlConnection connection, long fence, CancellationToken cancellation)
    {
        await using (var apply = new NpgsqlCommand(WarehouseLocks.HoldApply, connection))
        {
            await apply.ExecuteNonQueryAsync(cancellation);
        }

        await using (var held = new NpgsqlCommand($"SELECT token FROM {Line}.fences WHERE name = @name FOR UPDATE", connection))
        {
            held.Parameters.AddWithValue("name", LoaderFence);
            if (await held.ExecuteScalarAsync(cancellation) is not long token || token != fence)
            {
                throw new LoadFencedException("another loader has taken over this warehouse");
            }
        }
    }

    /// <summary>Writes the claim's objects, and moves each chain's position from exactly where the claim starts to where it ends.</summary>
    internal async Task AdvanceAsync(NpgsqlConnection connection, long loadId, LoadClaim claim, CancellationToken cancellation)
    {
        foreach (var chain in claim.Objects.GroupBy(item => item.Name.Stream))
        {
            var stream = chain.Key;
            var start = chain.First().Name.StartOffset;
            var next = start;
            foreach (var item in chain)
            {
                next = item.Name.StartOffset == next
                    ? item.Manifest!.Next
                    : throw new ArgumentException($"the claim has a gap: {stream} goes on at {next}, not at {item.Name.StartOffset}", nameof(claim));
            }

            await using var command = new NpgsqlCommand(
                $"""
                WITH moved AS (
                  UPDATE {Line}.positions SET next_offset = @next, rows = rows + @rows, last_day = @day, load_id = @load, loaded_at = now()
                  WHERE topic = @topic AND partition = @partition AND stream_epoch = @epoch AND next_offset = @start RETURNING 1),
                first AS (
                  INSERT INTO {Line}.positions (topic, partition, stream_epoch, next_offset, rows, last_day, load_id, loaded_at)
                  SELECT @topic, @partition, @epoch, @next, @rows, @day, @load, now() WHERE NOT EXISTS (SELECT FROM moved)
                  ON CONFLICT DO NOTHING RETURNING 1)
                SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM first)
                """,
                connection);
            command.Parameters.AddWithValue("topic", stream.Topic);
            command.Parameters.AddWithValue("partition", stream.Partition);
            command.Parameters.AddWithValue("epoch", stream.Epoch);
            command.Parameters.AddWithValue("start", start);
            command.Parameters.AddWithValue("next", next);
            command.Parameters.AddWithValue("rows", chain.Sum(item => (long)item.Manifest!.Rows));
            command.Parameters.AddWithValue("day", chain.Last().Name.Day);
            command.Parameters.AddWithValue("load", loadId);
            if (await command.ExecuteScalarAsync(cancellation) is not 1L)
            {
                throw new LoadFencedException($"{stream} was loaded further already, or not up to {start}");
            }
        }

        await WriteObjectsAsync(connection, loadId, claim.Objects, cancellation);
    }

    /// <summary>Notes up to where a partition's records are in current; null where that is all of them, which is so unless it is noted otherwise.</summary>
    internal async Task ApplyAsync(NpgsqlConnection connection, LakeStream stream, long? next, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"UPDATE {Line}.positions SET applied_next = @next WHERE topic = @topic AND partition = @partition AND stream_epoch = @epoch", connection);
        command.Parameters.Add(new("next", NpgsqlDbType.Bigint) { Value = (object?)next ?? DBNull.Value });
        command.Parameters.AddWithValue("topic", stream.Topic);
        command.Parameters.AddWithValue("partition", stream.Partition);
        command.Parameters.AddWithValue("epoch", stream.Epoch);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Bumps the signals of the changed tables and of current as a whole, and wakes who listens.</summary>
    internal async Task SignalAsync(NpgsqlConnection connection, IEnumerable<string> tables, CancellationToken cancellation)
    {
        string[] signals = [SignalNames.Current, .. tables.Select(SignalNames.CurrentOf)];
        await using var command = new NpgsqlCommand(
            $"""
            WITH bumped AS (
              INSERT INTO {Line}.signals AS s (name, version, changed_at) SELECT name, 1, now() FROM unnest(@names::text[]) AS n(name)
              ON CONFLICT (name) DO UPDATE SET version = s.version + 1, changed_at = now() RETURNING name)
            SELECT count(pg_notify('{SignalNames.Channel}', name)) FROM bumped
            """,
            connection);
        command.Parameters.Add(new("names", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = signals });
        await command.ExecuteScalarAsync(cancellation);
    }

    internal async Task<IReadOnlyList<LoadPosition>> PositionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT topic, stream_epoch, partition, next_offset, rows, last_day, coalesce(applied_next, next_offset) FROM {Line}.positions ORDER BY 1, 2, 3", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var positions = new List<LoadPosition>();
        while (await reader.ReadAsync(cancellation))
        {
            positions.Add(new(
                new LakeStream(reader.GetString(0), reader.GetString(1), reader.GetInt32(2)),
                reader.GetInt64(3),
                reader.GetInt64(4),
                reader.GetFieldValue<DateOnly>(5))
            {
                Applied = reader.GetInt64(6),
            });
        }

        return positions;
    }

    private async Task WriteObjectsAsync(NpgsqlConnection connection, long loadId, IReadOnlyList<LakeObject> objects, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {Line}.loaded_objects (topic, partition, start_offset, stream_epoch, next_offset, rows, sha256, generation, day, load_id)
            SELECT t, p, s, e, n, r, h, g, d, @load
            FROM unnest(@t::text[], @p::int[], @s::bigint[], @e::text[], @n::bigint[], @r::bigint[], @h::text[], @g::bigint[], @d::date[])
              AS o(t, p, s, e, n, r, h, g, d)
            """,
            connection);
        command.Parameters.AddWithValue("load", loadId);
        command.Parameters.AddWithValue("t", objects.Select(item => item.Name.Stream.Topic).ToArray());
        command.Parameters.AddWithValue("p", objects.Select(item => item.Name.Stream.Partition).ToArray());
        command.Parameters.AddWithValue("s", objects.Select(item => item.Name.StartOffset).ToArray());
        command.Parameters.AddWithValue("e", objects.Select(item => item.Name.Stream.Epoch).ToArray());
        command.Parameters.AddWithValue("n", objects.Select(item => item.Manifest!.Next).ToArray());
        command.Parameters.AddWithValue("r", objects.Select(item => (long)item.Manifest!.Rows).ToArray());
        command.Parameters.AddWithValue("h", objects.Select(item => item.Manifest!.Sha256).ToArray());
        command.Parameters.AddWithValue("g", objects.Select(item => item.Generation).ToArray());
        command.Parameters.AddWithValue("d", objects.Select(item => item.Name.Day).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
