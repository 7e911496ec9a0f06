using System.Globalization;
using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>
/// Lake objects tile their topics up to where the warehouse has loaded them, each is whole and is the one that was loaded, and raw has each of
/// their records exactly once, as its line says it.
/// </summary>
internal sealed class LakeCheck(ILake lake, SourceEpochs epochs)
{
    private Dictionary<DateOnly, WindowFigures> _windows = [];

    internal async Task<Result> RunAsync(
        TableDescription table, IWarehouseView view, IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        var topic = TopicNames.ChangesOf(table.Name);
        var findings = new List<string>();
        var chains = new Dictionary<LakeStream, Chain>();
        _windows = [];
        var loaded = new Dictionary<(LakeStream Stream, long Start), LoadedObject>();
        await foreach (var item in view.LoadedObjectsAsync(topic, cancellation))
        {
            loaded[(item.Stream, item.Start)] = item;
        }

        foreach (var position in positions.Where(position => position.Stream.Topic == topic))
        {
            chains[position.Stream] = await WalkAsync(table, view, position, loaded, findings, cancellation);
        }

        // What the walk did not meet is gone; a first or last object leaves no gap behind that would tell.
        findings.AddRange(loaded.Values.Select(item => string.Create(
            CultureInfo.InvariantCulture, $"lake, {item.Stream}: the object of offsets {item.Start} to {item.Next - 1} was loaded and is missing")));

        findings.AddRange((await view.TalliesAsync(table, cancellation)).Where(tally => !chains.ContainsKey(tally.Stream)).Select(tally => string.Create(
            CultureInfo.InvariantCulture, $"raw {table.Name} has {tally.Rows} rows of {tally.Stream}, of which nothing was loaded")));
        return new Result(chains.Values.Sum(chain => chain.Objects), chains.Values.Sum(chain => chain.Records), findings, _windows);
    }

    private async Task<Chain> WalkAsync(
        TableDescription table, IWarehouseView view, LoadPosition position, Dictionary<(LakeStream Stream, long Start), LoadedObject> loaded, List<string> findings, CancellationToken cancellation)
    {
        var stream = position.Stream;
        var found = new List<LakeObject>();
        foreach (var day in await lake.DaysAsync(stream.Topic, cancellation))
        {
            await foreach (var item in lake.ListAsync(stream, day, 0, cancellation))
            {
                if (item.Name.StartOffset < position.Next)
                {
                    found.Add(item);
                }
            }
        }

        found.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        var whole = found.Where(item => item.Manifest is not null).ToList();
        findings.AddRange(found.Where(item => item.Manifest is null).Select(item => $"lake object {item.Name} carries no manifest: it is damaged or foreign"));
        findings.AddRange(ChainTiling.FaultsOf(whole.Select(item => new LakeSpan(item.Name.StartOffset, item.Manifest!.Next)))
            .Select(fault => $"lake, {stream}: {fault}"));
        var end = whole.Count == 0 ? 0 : whole.Max(item => item.Manifest!.Next);
        if (end < position.Next)
        {
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"lake, {stream}: objects end at {end}, the warehouse has loaded up to {position.Next}"));
        }

        var rows = CountedAsync(stream.Partition, view.RowsAsync(table, stream, cancellation), cancellation).GetAsyncEnumerator(cancellation);
        await using var comparison = new ChainComparison(table.Name, stream, rows, view.RawTexts);
        var readable = whole.Select(item => item.Name.StartOffset).ToHashSet();
        foreach (var gone in loaded.Values.Where(item => item.Stream == stream && !readable.Contains(item.Start)))
        {
            comparison.LeaveOut(new LakeSpan(gone.Start, gone.Next));
        }

        foreach (var item in found.Where(item => item.Manifest is null))
        {
            loaded.Remove((stream, item.Name.StartOffset));
        }

        // What was refused before a column was made a text stands in raw as refused, what came after as read.
        var held = await view.DescribeAsync(table, cancellation);
        var chain = new Chain(found.Count, 0);
        RecordReader[] reader = held.Columns.SequenceEqual(table.Columns) ? [new(table)] : [new(held), new(table)];
        foreach (var item in whole)
        {
            chain = await ReadAsync(chain, item, reader, comparison, loaded, findings, cancellation);
        }

        findings.AddRange(await comparison.FinishAsync());
        return chain;
    }

    private async Task<Chain> ReadAsync(
        Chain chain,
        LakeObject item,
        RecordReader[] decoders,
        ChainComparison comparison,
        Dictionary<(LakeStream Stream, long Start), LoadedObject> loaded,
        List<string> findings,
        CancellationToken cancellation)
    {
        var stream = item.Name.Stream;
        if (!loaded.Remove((item.Name.Stream, item.Name.StartOffset), out var claim))
        {
            findings.Add($"lake object {item.Name} was never loaded, though the warehouse is past it");
        }
        else if (claim.Sha256 != item.Manifest!.Sha256)
        {
            findings.Add($"lake object {item.Name} is not the one that was loaded: its SHA-256 is another");
        }

        try
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, item, cancellation);
            foreach (var record in reader.Records())
            {
                chain = chain with { Records = chain.Records + 1 };
                var epoch = epochs.Of(stream.Topic, stream.Partition, record.Position.Offset);
                var rows = Array.ConvertAll(decoders, decoder => RawRow.Of(record, decoder.Read(record, epoch), epoch));
                var row = rows[0];
                var window = Window(row.Timestamp);
                window.Lake.Add(record);
                window.LakeRows.Add(stream.Partition, row);
                await comparison.LineAsync(item.Name, rows);
            }
        }
        catch (LakeDamageException damage)
        {
            findings.Add($"lake: {damage.Message}");
            comparison.LeaveOut(new LakeSpan(item.Name.StartOffset, item.Manifest!.Next));
        }

        return chain;
    }

    private async IAsyncEnumerable<RawRow> CountedAsync(int partition, IAsyncEnumerable<RawRow> rows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            Window(row.Timestamp).Raw.Add(partition, row);
            yield return row;
        }
    }

    private WindowFigures Window(DateTimeOffset timestamp) => WindowFigures.Of(_windows, timestamp);

    internal sealed record Result(long Objects, long Records, IReadOnlyList<string> Findings, Dictionary<DateOnly, WindowFigures> Windows);

    private sealed record Chain(long Objects, long Records);
}
