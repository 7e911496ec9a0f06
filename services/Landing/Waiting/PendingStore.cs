using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Landing.Waiting;

/// <summary>The waiting events in the database, landing.pending; every change is part of a landing transaction.</summary>
internal static class PendingStore
{
    /// <summary>How many wait for each table, and their bytes.</summary>
    public static async Task<(Dictionary<string, int> Rows, long Bytes)> CountAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT table_name, count(*)::int, sum(octet_length(record_key) + octet_length(record_value))::bigint FROM landing.pending GROUP BY table_name", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        long bytes = 0;
        while (await reader.ReadAsync(cancellation))
        {
            rows[reader.GetString(0)] = reader.GetInt32(1);
            bytes += reader.GetInt64(2);
        }

        return (rows, bytes);
    }

    /// <summary>
    /// Whole queues of the rows of a table for which something may have changed: new events came, what one waits for has just landed, one has waited
    /// too long, or it is a deletion (what it waits for is the absence of rows). In log order within each row.
    /// </summary>
    public static async Task<List<Arrival>> LoadAsync(
        NpgsqlConnection connection, TableDescription table, long[] changedKeys, IReadOnlyCollection<Obstacle> appeared, DateTimeOffset giveUpBefore, int maxEventBytes, CancellationToken cancellation)
    {
        const string sql = """
            SELECT topic, partition, "offset", record_key, record_value, arrived_at, waits_table, waits_key
            FROM landing.pending
            WHERE table_name = $1 AND row_key IN (
              SELECT row_key FROM landing.pending WHERE table_name = $1 AND (row_key = ANY($2) OR arrived_at < $3 OR waits_table = '')
              UNION
              SELECT p.row_key FROM landing.pending p JOIN unnest($4, $5) AS a(waits_table, waits_key) USING (waits_table, waits_key) WHERE p.table_name = $1)
            ORDER BY topic, partition, "offset"
            """;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = table.Name },
                new() { Value = changedKeys },
                new() { Value = giveUpBefore, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = appeared.Select(row => row.Table).ToArray() },
                new() { Value = appeared.Select(row => row.Key).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<Arrival> found = [];
        while (await reader.ReadAsync(cancellation))
        {
            var position = new LogPosition(reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2));
            var (key, value) = (reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4));

            // It was an event when it came; a later version of the product still reads it.
            var change = EventDecoder.Decode(position.Topic, key, value, maxEventBytes).Event
                ?? throw new LandingRefusedException($"the waiting event {position} cannot be read any more: delete its row from landing.pending");
            found.Add(new Arrival(position, key, value, change, reader.GetFieldValue<DateTimeOffset>(5)) { WaitedFor = new Obstacle(reader.GetString(6), reader.GetInt64(7)) });
        }

        return found;
    }

    /// <summary>Puts events into the books, or changes what they wait for.</summary>
    public static async Task PutAsync(NpgsqlConnection connection, IReadOnlyList<(Arrival Event, Obstacle Why)> waiting, CancellationToken cancellation)
    {
        if (waiting.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO landing.pending (topic, partition, "offset", table_name, row_key, waits_table, waits_key, arrived_at, record_key, record_value)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (topic, partition, "offset") DO UPDATE SET waits_table = EXCLUDED.waits_table, waits_key = EXCLUDED.waits_key
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = waiting.Select(entry => entry.Event.Position.Topic).ToArray() },
                new() { Value = waiting.Select(entry => entry.Event.Position.Partition).ToArray() },
                new() { Value = waiting.Select(entry => entry.Event.Position.Offset).ToArray() },
                new() { Value = waiting.Select(entry => entry.Event.Event.Table.Name).ToArray() },
                new() { Value = waiting.Select(entry => entry.Event.Event.Key).ToArray() },
                new() { Value = waiting.Select(entry => entry.Why.Table).ToArray() },
                new() { Value = waiting.Select(entry => entry.Why.Key).ToArray() },
                new() { Value = waiting.Select(entry => entry.Event.ArrivedAt).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = waiting.Select(entry => entry.Event.Key).ToArray() },
                new() { Value = waiting.Select(entry => entry.Event.Value).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Takes events out of the books: they landed or were given up.</summary>
    public static async Task RemoveAsync(NpgsqlConnection connection, IReadOnlyList<LogPosition> done, CancellationToken cancellation)
    {
        if (done.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            DELETE FROM landing.pending p USING unnest($1, $2, $3) AS d(topic, partition, "offset")
            WHERE p.topic = d.topic AND p.partition = d.partition AND p."offset" = d."offset"
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = done.Select(position => position.Topic).ToArray() },
                new() { Value = done.Select(position => position.Partition).ToArray() },
                new() { Value = done.Select(position => position.Offset).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
