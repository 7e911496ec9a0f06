using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Changes of earlier loads that waited for their transactions and need not any more, read again in log order.</summary>
internal sealed class WaitedChanges(WaitingObjects objects)
{
    /// <summary>Adds them to a table's part of the load.</summary>
    /// <param name="batch">The table's part.</param>
    /// <param name="ranges">What current gets of the table.</param>
    /// <param name="epochs">Source epochs.</param>
    /// <param name="letters">Records set aside by loads before.</param>
    /// <param name="decisions">What was decided about records.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task ReadAsync(
        TableBatch batch,
        IReadOnlyList<AppliedRange> ranges,
        SourceEpochs epochs,
        IReadOnlyList<BookedLetter> letters,
        LetterDecisions decisions,
        CancellationToken cancellation)
    {
        var reader = new RecordReader(batch.Table);
        var open = letters.Where(letter => letter.Table == batch.Table.Name && letter is { IsOpen: true, HeldKey: not null }).ToLookup(letter => letter.HeldKey!.Value);
        foreach (var range in ranges.Where(range => range.From < range.WaitedUntil))
        {
            // Its own records hold keys as they did when they were loaded.
            var read = new Batch(new HashSet<RowKey>(), reader, decisions);
            await objects.ReadAsync(
                range,
                line => read.Add(range.Stream.Epoch, line, epochs.Of(range.Stream.Topic, range.Stream.Partition, line.Position.Offset)),
                cancellation);
            batch.Waited.AddRange(read.Changes.Where(change => IsFree(batch, range, change, open, decisions)));
            batch.WaitedTruncation = Truncation.Later(batch.WaitedTruncation, read.Truncation);
        }
    }

    // Whether what holds a key came before the change, its place in the same partition says. Else the key's history in raw does.
    private static bool IsFree(TableBatch batch, AppliedRange range, in RowChange change, ILookup<RowKey, BookedLetter> open, LetterDecisions decisions)
    {
        var free = true;
        foreach (var letter in open[change.Key])
        {
            if (letter.Place.Stream != range.Stream || decisions.Find(letter.Place) is not null)
            {
                batch.Remade.Add(change.Key);
                free = false;
            }
            else if (letter.Place.Offset < change.Offset)
            {
                free = false;
            }
        }

        return free;
    }
}
