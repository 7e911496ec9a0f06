using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Loading;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Poison records and the keys they hold back, in hospital_line.poison_records.</summary>
internal sealed class PoisonBook(WarehouseNames names)
{
    /// <summary>Keys held back, by table.</summary>
    internal async Task<Dictionary<string, HashSet<long>>> HeldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var held = new Dictionary<string, HashSet<long>>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(
            $"SELECT DISTINCT table_name, held_key FROM {names.Line}.poison_records WHERE held_key IS NOT NULL", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var table = reader.GetString(0);
            if (!held.TryGetValue(table, out var keys))
            {
                held[table] = keys = [];
            }

            keys.Add(reader.GetInt64(1));
        }

        return held;
    }

    internal async Task WriteAsync(
        NpgsqlConnection connection, string table, IReadOnlyList<(string StreamEpoch, PoisonRecord Record)> records, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.poison_records (table_name, partition, "offset", stream_epoch, held_key, reason)
            SELECT @table, p, o, e, k, r FROM unnest(@p::int[], @o::bigint[], @e::text[], @k::bigint[], @r::text[]) AS x(p, o, e, k, r)
            """,
            connection);
        command.Parameters.AddWithValue("table", table);
        command.Parameters.AddWithValue("p", records.Select(item => item.Record.Position.Partition).ToArray());
        command.Parameters.AddWithValue("o", records.Select(item => item.Record.Position.Offset).ToArray());
        command.Parameters.AddWithValue("e", records.Select(item => item.StreamEpoch).ToArray());
        command.Parameters.Add(new("k", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = records.Select(item => item.Record.HeldKey).ToArray() });
        command.Parameters.AddWithValue("r", records.Select(item => item.Record.Reason).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal async Task<(Dictionary<string, long> Held, Dictionary<string, long> Records)> CountsAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        var held = new Dictionary<string, long>(StringComparer.Ordinal);
        var records = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(
            $"SELECT table_name, count(DISTINCT held_key), count(*) FROM {names.Line}.poison_records GROUP BY 1", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            held[reader.GetString(0)] = reader.GetInt64(1);
            records[reader.GetString(0)] = reader.GetInt64(2);
        }

        return (held, records);
    }
}
