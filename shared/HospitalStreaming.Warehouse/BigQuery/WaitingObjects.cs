using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// Loaded objects whose records wait for their transactions. They are read again from the lake, which is free: raw would bill every byte of the days
/// they are in, for each load that lets something go. Where an object is not any more what was loaded, raw is read all the same: it has the records,
/// and one object must not hold up the tables of all others. `hospital lake verify` names it.
/// </summary>
/// <param name="sql">Runs queries.</param>
/// <param name="names">Data sets.</param>
/// <param name="lake">The lake.</param>
/// <param name="tables">Loaded tables, by change topic.</param>
internal sealed class WaitingObjects(BigQuerySql sql, WarehouseNames names, ILake lake, Func<string, TableDescription?> tables)
{
    private const int StreamsAtOnce = 100;

    private readonly List<WaitingObject> _objects = [];

    /// <summary>Objects in log order.</summary>
    internal IEnumerable<WaitingObject> All => InOrder(_objects);

    internal static IEnumerable<WaitingObject> InOrder(IEnumerable<WaitingObject> objects) => objects.OrderBy(entry => entry.Stream).ThenBy(entry => entry.Start);

    internal void Add(IEnumerable<LakeObject> objects, long load) => _objects.AddRange(objects.Select(item => WaitingObject.Of(item, load)));

    /// <summary>Forgets those of which nothing waits any more.</summary>
    internal void Keep(Release release) => _objects.RemoveAll(entry => entry.Next <= release.EndOf(entry.Stream));

    /// <summary>What the books say of them.</summary>
    internal async Task ReadBooksAsync(IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        _objects.Clear();
        foreach (var some in positions.Where(position => position.Applied < position.Next).Chunk(StreamsAtOnce))
        {
            var waiting = string.Join(" OR ", some.Select(position => string.Create(
                CultureInfo.InvariantCulture, $"({SqlText.Is(position.Stream)} AND next_offset > {position.Applied})")));
            _objects.AddRange(await FindAsync(waiting, cancellation));
        }
    }

    /// <summary>Objects of change topics that were loaded at a moment or later and wait no more.</summary>
    internal async Task<IReadOnlyList<WaitingObject>> AppliedSinceAsync(long load, CancellationToken cancellation)
    {
        var known = _objects.Select(entry => (entry.Stream, entry.Start)).ToHashSet();
        var found = await FindAsync(
            string.Create(CultureInfo.InvariantCulture, $"loaded_at >= TIMESTAMP_MILLIS({load}) AND topic <> {SqlText.Name(TopicNames.Transactions)}"), cancellation);
        return [.. found.Where(entry => !known.Contains((entry.Stream, entry.Start)))];
    }

    /// <summary>Records of a range that earlier loads brought.</summary>
    internal async Task ReadAsync(AppliedRange range, Action<LakeRecord> take, CancellationToken cancellation)
    {
        foreach (var entry in All.Where(entry => entry.Stream == range.Stream && entry.Start < range.WaitedUntil && entry.Next > range.From))
        {
            await ReadAsync(entry, range.From, line =>
            {
                if (line.Position.Offset < range.WaitedUntil)
                {
                    take(line);
                }
            }, cancellation);
        }
    }

    /// <summary>Records of a change topic's object from an offset on.</summary>
    /// <exception cref="FormatException">The object is damaged, and raw was altered.</exception>
    internal async Task ReadAsync(WaitingObject entry, long from, Action<LakeRecord> take, CancellationToken cancellation)
    {
        var lines = entry.Item is { } item ? await FromLakeAsync(item, cancellation) : null;
        foreach (var line in lines ?? await FromRawAsync(entry, cancellation))
        {
            if (line.Position.Offset >= from)
            {
                take(line);
            }
        }
    }

    // All of them before the first is taken: of a damaged object none is.
    private async Task<List<LakeRecord>?> FromLakeAsync(LakeObject item, CancellationToken cancellation)
    {
        try
        {
            using var content = await LakeObjectReader.OpenAsync(lake, item, cancellation);
            return [.. content.Records()];
        }
        catch (LakeDamageException)
        {
            return null;
        }
    }

    private async Task<List<LakeRecord>> FromRawAsync(WaitingObject entry, CancellationToken cancellation)
    {
        if (tables(entry.Stream.Topic) is not { } table)
        {
            return [];
        }

        var rows = await sql.QueryAsync(
            new RawRows(names, table).SelectObject,
            new Dictionary<string, object?> { ["partition"] = (long)entry.Stream.Partition, ["epoch"] = entry.Stream.Epoch, ["start"] = entry.Start, ["next"] = entry.Next },
            cancellation);
        return [.. rows.Rows.Select(RawRows.Record)];
    }

    private async Task<List<WaitingObject>> FindAsync(string which, CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync(
            $"SELECT topic, stream_epoch, `partition`, start_offset, sha256, day, loaded_at, next_offset FROM `{names.Line}`.loaded_objects WHERE {which}",
            new Dictionary<string, object?>(),
            cancellation);
        var found = new List<WaitingObject>();
        foreach (var row in rows.Rows)
        {
            var (stream, start) = (new LakeStream((string)row[0]!, (string)row[1]!, (int)(long)row[2]!), (long)row[3]!);
            var item = await LakeChainReader.FindAsync(lake, stream, start, (DateOnly)row[5]!, cancellation);
            var isAsLoaded = item?.Manifest?.Sha256 == (string)row[4]!;
            if (!isAsLoaded && stream.Topic == TopicNames.Transactions)
            {
                throw new ObjectDamagedException(
                    stream.Topic, $"the object of {stream} that starts at {start} was loaded, has ENDs that are waited for, and is gone or another one now; restore it from a backup");
            }

            found.Add(new WaitingObject(stream, start, (long)row[7]!, (row[6] as DateTimeOffset?)?.ToUnixTimeMilliseconds() ?? 0, isAsLoaded ? item : null));
        }

        return found;
    }
}
