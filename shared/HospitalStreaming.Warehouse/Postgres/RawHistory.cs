using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Letters;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Histories of single keys out of raw: the changes that can be applied, in log order, decided ones in their place, up to what holds the key.</summary>
internal sealed class RawHistory(WarehouseNames names, TableDescription table)
{
    private readonly RecordReader _reader = new(table);
    private readonly PoisonBook _poison = new(names);
    private readonly PostgresKey _key = new(table);

    /// <summary>The key's history, and that of every key its row moved from, as far as the latest truncate leaves it.</summary>
    internal async Task<Dictionary<RowKey, IReadOnlyList<RowChange>>> ReadAsync(
        NpgsqlConnection connection, IEnumerable<RowKey> keys, LetterDecisions decisions, Truncation? truncation, CancellationToken cancellation)
    {
        var letters = await LettersAsync(connection, decisions, cancellation);
        var histories = new Dictionary<RowKey, IReadOnlyList<RowChange>>();
        var wanted = keys.Distinct().ToArray();
        while (wanted.Length > 0)
        {
            var found = await ReadOnceAsync(connection, wanted, cancellation);
            foreach (var key in wanted)
            {
                var history = PlacedChange.History((found.GetValueOrDefault(key) ?? []).Concat(letters[key]));
                histories[key] = truncation is { } latest ? [.. history.Where(change => !latest.Removes(change))] : history;
            }

            wanted = [.. wanted.SelectMany(key => histories[key]).Select(change => change.MovedFrom).OfType<RowKey>()
                .Where(key => !histories.ContainsKey(key)).Distinct()];
        }

        return histories;
    }

    // Few, if any: a line has no poison in the long run.
    private async Task<ILookup<RowKey, PlacedChange>> LettersAsync(NpgsqlConnection connection, LetterDecisions decisions, CancellationToken cancellation) =>
        (await _poison.PlacesAsync(connection, table, cancellation)).Where(letter => letter.IsApplied)
            .SelectMany(letter => PlacedChange.OfLetter(
                new RawPlace(letter.Load, letter.Place.Stream.Partition, letter.Place.Offset),
                _reader,
                decisions.Find(letter.Place),
                new ReadRecord { Poison = PlacedChange.Unread, HeldKey = letter.HeldKey },
                letter.SourceEpoch))
            .ToLookup(change => change.Key);

    private async Task<Dictionary<RowKey, List<PlacedChange>>> ReadOnceAsync(NpgsqlConnection connection, RowKey[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {Columns} FROM {PostgresTables.Raw(names, table)} r
            WHERE {_key.RawColumn} = ANY(@keys) AND poison IS NULL AND op <> 't'
              AND NOT {Ledger.Waits(names, table)}
              AND NOT {PoisonBook.IsDecided(names)}
            """,
            connection);
        command.Parameters.Add(_key.RawParameter("keys", keys));
        command.Parameters.AddWithValue("table", table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var histories = new Dictionary<RowKey, List<PlacedChange>>();
        while (await reader.ReadAsync(cancellation))
        {
            var change = Change(_reader, reader);
            if (!histories.TryGetValue(change.Key, out var history))
            {
                histories[change.Key] = history = [];
            }

            history.Add(new PlacedChange(new RawPlace(reader.GetInt64(9), change.Partition, change.Offset), change.Key, change));
        }

        return histories;
    }

    /// <summary>The columns that <see cref="Change"/> reads, first.</summary>
    internal const string Columns = "partition, \"offset\", source_epoch, op, lsn, committed_at, key, after, old_key, load_id";

    /// <summary>The change that a row says.</summary>
    internal static RowChange Change(RecordReader records, NpgsqlDataReader row) => records.FromRaw(
        row.GetString(3),
        row.IsDBNull(4) ? null : new Lsn((ulong)row.GetInt64(4)),
        row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.IsDBNull(8) ? null : row.GetString(8),
        Place(row.GetInt32(2), row.GetInt32(0), row.GetInt64(1), row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5)));

    /// <summary>A change's place, for <see cref="RecordReader.FromRaw"/> to fill in the rest.</summary>
    internal static RowChange Place(int sourceEpoch, int partition, long offset, DateTimeOffset? committedAt) =>
        new(0, default, null, sourceEpoch, partition, offset, committedAt, null);
}
