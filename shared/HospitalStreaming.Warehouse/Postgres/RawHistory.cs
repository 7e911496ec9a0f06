using System.Globalization;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Histories of single keys out of raw: the changes that could be applied, in log order.</summary>
internal sealed class RawHistory(WarehouseNames names, TableDescription table)
{
    private readonly RecordReader _reader = new(table);

    /// <summary>The key's history, and that of every key its row moved from.</summary>
    internal async Task<Dictionary<long, IReadOnlyList<RowChange>>> ReadAsync(
        NpgsqlConnection connection, IEnumerable<long> keys, Truncation? truncation, CancellationToken cancellation)
    {
        var histories = new Dictionary<long, IReadOnlyList<RowChange>>();
        var wanted = keys.Distinct().ToArray();
        while (wanted.Length > 0)
        {
            var found = await ReadOnceAsync(connection, wanted, truncation, cancellation);
            foreach (var key in wanted)
            {
                histories[key] = found.GetValueOrDefault(key) ?? [];
            }

            wanted = [.. found.Values.SelectMany(history => history).Select(change => change.MovedFrom).OfType<long>()
                .Where(key => !histories.ContainsKey(key)).Distinct()];
        }

        return histories;
    }

    private async Task<Dictionary<long, List<RowChange>>> ReadOnceAsync(
        NpgsqlConnection connection, long[] keys, Truncation? truncation, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT partition, "offset", source_epoch, op, lsn, committed_at, key, after, old_key FROM {PostgresTables.Raw(names, table)}
            WHERE key = ANY(@keys) AND poison IS NULL AND op IS NOT NULL ORDER BY load_id, partition, "offset"
            """,
            connection);
        command.Parameters.Add(new("keys", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = Array.ConvertAll(keys, key => KeyText(table, key)) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var histories = new Dictionary<long, List<RowChange>>();
        while (await reader.ReadAsync(cancellation))
        {
            var place = Place(
                reader.GetInt32(2), reader.GetInt32(0), reader.GetInt64(1), reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5));
            var change = _reader.FromRaw(
                reader.GetString(3),
                reader.IsDBNull(4) ? null : new Lsn((ulong)reader.GetInt64(4)),
                reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetString(8),
                place);
            if (truncation?.Removes(change) == true)
            {
                continue;
            }

            if (!histories.TryGetValue(change.Key, out var history))
            {
                histories[change.Key] = history = [];
            }

            history.Add(change);
        }

        return histories;
    }

    /// <summary>A change's place, for <see cref="RecordReader.FromRaw"/> to fill in the rest.</summary>
    internal static RowChange Place(int sourceEpoch, int partition, long offset, DateTimeOffset? committedAt) =>
        new(0, default, null, sourceEpoch, partition, offset, committedAt, null);

    /// <summary>A key as every producer of change topics writes it: one column, no space.</summary>
    internal static string KeyText(TableDescription table, long key) => string.Create(CultureInfo.InvariantCulture, $$"""{"{{table.KeyColumn}}":{{key}}}""");
}
