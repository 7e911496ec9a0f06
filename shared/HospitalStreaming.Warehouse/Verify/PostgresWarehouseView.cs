using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One open snapshot of the warehouse on PostgreSQL.</summary>
internal sealed class PostgresWarehouseView(NpgsqlConnection connection, WarehouseNames names) : IWarehouseView
{
    public JsonSameness RawTexts => JsonSameness.Bytes;

    public Task<IReadOnlyList<LoadPosition>> PositionsAsync(CancellationToken cancellation) => new Ledger(names).PositionsAsync(connection, cancellation);

    public async IAsyncEnumerable<LoadedObject> LoadedObjectsAsync(string topic, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT stream_epoch, partition, start_offset, next_offset, rows, sha256 FROM {names.Line}.loaded_objects WHERE topic = @topic", connection);
        command.Parameters.AddWithValue("topic", topic);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new LoadedObject(
                new LakeStream(topic, reader.GetString(0), reader.GetInt32(1)), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetString(5));
        }
    }

    public async Task<IReadOnlyList<RawTally>> TalliesAsync(TableDescription table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT stream_epoch, partition, count(*), sum(\"offset\") FROM {PostgresTables.Raw(names, table)} GROUP BY 1, 2", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tallies = new List<RawTally>();
        while (await reader.ReadAsync(cancellation))
        {
            var stream = new LakeStream(TopicNames.ChangesOf(table.Name), reader.GetString(0), reader.GetInt32(1));
            tallies.Add(new RawTally(stream, reader.GetInt64(2), reader.GetDecimal(3)));
        }

        return tallies;
    }

    public async IAsyncEnumerable<RawRow> RowsAsync(TableDescription table, LakeStream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT "offset", source_epoch, ts, op, lsn, tx_id, snapshot, committed_at, key, before, after, old_key, poison, original_key, original_value
            FROM {PostgresTables.Raw(names, table)} WHERE partition = @partition AND stream_epoch = @epoch ORDER BY "offset"
            """,
            connection);
        command.Parameters.AddWithValue("partition", stream.Partition);
        command.Parameters.AddWithValue("epoch", stream.Epoch);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new RawRow(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), Text(3), Number(4), Number(5), reader.GetBoolean(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7), Bytes(8), Bytes(9), Bytes(10), Bytes(11), Text(12), Bytes(13), Bytes(14));
        }

        string? Text(int place) => reader.IsDBNull(place) ? null : reader.GetString(place);
        long? Number(int place) => reader.IsDBNull(place) ? null : reader.GetInt64(place);
        ReadOnlyMemory<byte>? Bytes(int place) => reader.IsDBNull(place) ? default(ReadOnlyMemory<byte>?) : reader.GetFieldValue<byte[]>(place);
    }

    public async IAsyncEnumerable<RawChange> RawAsync(
        TableDescription table, IReadOnlyCollection<long>? keys, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var decoder = new RecordReader(table);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT partition, "offset", source_epoch, op, lsn, committed_at, key, after, old_key, poison, tx_id FROM {PostgresTables.Raw(names, table)}
            WHERE key IS NOT NULL AND (op IS NOT NULL OR poison IS NOT NULL){(keys is null ? string.Empty : " AND key = ANY(@keys)")}
            ORDER BY key, load_id, partition, "offset"
            """,
            connection);
        if (keys is not null)
        {
            var texts = keys.Select(key => RawHistory.KeyText(table, key)).ToArray();
            command.Parameters.Add(new("keys", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = texts });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Lsn? lsn = reader.IsDBNull(4) ? null : new Lsn((ulong)reader.GetInt64(4));
            uint? transaction = reader.IsDBNull(10) ? null : (uint)reader.GetInt64(10);
            if (!reader.IsDBNull(9))
            {
                if (KeyOf(table, reader.GetString(6)) is { } poisoned)
                {
                    yield return new RawChange(poisoned, null, transaction, lsn);
                }

                continue;
            }

            var change = decoder.FromRaw(
                reader.GetString(3),
                lsn,
                reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetString(8),
                RawHistory.Place(reader.GetInt32(2), reader.GetInt32(0), reader.GetInt64(1), null));
            yield return new RawChange(change.Key, change, transaction, lsn);
        }
    }

    public async IAsyncEnumerable<CurrentRow> CurrentAsync(TableDescription table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var columns = string.Join(", ", table.Columns.Select(column => PostgresTables.Quote(column.Name)));
        await using var command = new NpgsqlCommand(
            $"SELECT _deleted, _lsn, _source_epoch, {columns} FROM {PostgresTables.Current(names, table)}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keyIndex = table.Columns.IndexOf(table.Required(table.KeyColumn));
        while (await reader.ReadAsync(cancellation))
        {
            var values = new object?[table.Columns.Length];
            TypedRow.Read(reader, 3, table, values);
            Lsn? lsn = reader.IsDBNull(1) ? null : new Lsn((ulong)reader.GetInt64(1));
            yield return new CurrentRow(
                Convert.ToInt64(values[keyIndex], CultureInfo.InvariantCulture), reader.GetBoolean(0), new KeyState(lsn, reader.GetInt32(2)), values);
        }
    }

    private static long? KeyOf(TableDescription table, string key)
    {
        try
        {
            using var json = JsonDocument.Parse(key);
            return IdOf(table, json);
        }
        catch (JsonException)
        {
            throw new FormatException($"a raw row of {table.Name} has no readable key");
        }
    }

    private static long? IdOf(TableDescription table, JsonDocument json)
    {
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(table.KeyColumn, out var id)
            && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? number : null;
    }
}
