using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Transactions;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Changes of earlier loads that waited in raw for their transactions, read back in log order. Memory is bounded by a page, however many waited.</summary>
internal sealed class WaitingChanges(WarehouseNames names, TableDescription table)
{
    private const int PageRows = 20_000;

    private readonly RecordReader _reader = new(table);
    private readonly PoisonBook _poison = new(names);

    /// <summary>The latest truncate in a range, decided ones as they were decided.</summary>
    internal async Task<Truncation?> TruncationAsync(NpgsqlConnection connection, AppliedRange range, LetterDecisions decisions, CancellationToken cancellation)
    {
        Truncation? latest = null;
        await using (var command = Command(connection, $"SELECT source_epoch, lsn FROM {{0}} WHERE {{1}} AND op = 't' AND poison IS NULL AND NOT {PoisonBook.IsDecided(names)}", range, range.From))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                latest = Truncation.Later(latest, new Truncation(reader.GetInt32(0), new Lsn((ulong)reader.GetInt64(1))));
            }
        }

        foreach (var letter in (await _poison.PlacesAsync(connection, table, cancellation)).Where(letter => IsIn(range, letter.Place)))
        {
            latest = Truncation.Later(latest, LetterDecisions.Effect(_reader, decisions.Find(letter.Place), default, letter.SourceEpoch).Truncation);
        }

        return latest;
    }

    /// <summary>The changes of a range that nothing holds, a page at a time.</summary>
    internal async IAsyncEnumerable<List<RowChange>> ReadAsync(
        NpgsqlConnection connection, AppliedRange range, LetterDecisions decisions, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var letters = (await _poison.PlacesAsync(connection, table, cancellation)).SelectMany(letter => PlacedChange.OfLetter(
            new RawPlace(letter.Load, letter.Place.Stream.Partition, letter.Place.Offset),
            _reader,
            decisions.Find(letter.Place),
            new ReadRecord { Poison = PlacedChange.Unread, HeldKey = letter.HeldKey },
            letter.SourceEpoch).Select(change => (IsHere: IsIn(range, letter.Place), Change: change))).ToList();
        var holds = letters.Where(letter => letter.Change.Change is null).GroupBy(letter => letter.Change.Key)
            .ToDictionary(key => key.Key, key => key.Min(letter => letter.Change.Place));
        var decided = new Queue<PlacedChange>(letters.Where(letter => letter is { IsHere: true, Change.Change: not null }).Select(letter => letter.Change).OrderBy(change => change.Place));
        var from = range.From;
        while (true)
        {
            var (page, next) = await PageAsync(connection, range, from, cancellation);
            var end = next ?? range.WaitedUntil;
            while (decided.TryPeek(out var letter) && letter.Place.Offset < end)
            {
                page.Add(decided.Dequeue());
            }

            yield return
            [
                .. page.OrderBy(change => change.Place.Offset)
                    .Where(change => !holds.TryGetValue(change.Key, out var hold) || change.Place.CompareTo(hold) < 0).Select(change => change.Change!.Value),
            ];
            if (next is null)
            {
                yield break;
            }

            from = end;
        }
    }

    // Where the next page begins; null where there is none.
    private async Task<(List<PlacedChange> Changes, long? Next)> PageAsync(NpgsqlConnection connection, AppliedRange range, long from, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            $"SELECT {RawHistory.Columns} FROM {{0}} WHERE {{1}} AND key IS NOT NULL AND op <> 't' AND poison IS NULL AND NOT {PoisonBook.IsDecided(names)} ORDER BY \"offset\" LIMIT {PageRows}",
            range,
            from);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<PlacedChange>();
        while (await reader.ReadAsync(cancellation))
        {
            var change = RawHistory.Change(_reader, reader);
            changes.Add(new PlacedChange(new RawPlace(reader.GetInt64(9), change.Partition, change.Offset), change.Key, change));
        }

        return (changes, changes.Count == PageRows ? changes[^1].Place.Offset + 1 : null);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, AppliedRange range, long from)
    {
        const string Range = "r.partition = @partition AND r.stream_epoch = @epoch AND r.\"offset\" >= @from AND r.\"offset\" < @until";
        var command = new NpgsqlCommand(
            sql.Replace("{0}", PostgresTables.Raw(names, table) + " r", StringComparison.Ordinal).Replace("{1}", Range, StringComparison.Ordinal), connection);
        command.Parameters.AddWithValue("table", table.Name);
        command.Parameters.AddWithValue("partition", range.Stream.Partition);
        command.Parameters.AddWithValue("epoch", range.Stream.Epoch);
        command.Parameters.AddWithValue("from", from);
        command.Parameters.AddWithValue("until", range.WaitedUntil);
        return command;
    }

    private static bool IsIn(AppliedRange range, LetterPlace place) =>
        place.Stream == range.Stream && place.Offset >= range.From && place.Offset < range.WaitedUntil;
}
