using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;
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
/// they are in, for each load that lets something go.
/// </summary>
internal sealed class WaitingObjects(BigQuerySql sql, WarehouseNames names, ILake lake)
{
    private const int StreamsAtOnce = 100;

    private readonly List<(LakeObject Item, long Load)> _objects = [];

    /// <summary>Objects in log order, each with the load that brought it.</summary>
    internal IEnumerable<(LakeObject Item, long Load)> All => _objects.OrderBy(entry => entry.Item.Name);

    internal void Add(IEnumerable<LakeObject> objects, long load) => _objects.AddRange(objects.Select(item => (item, load)));

    /// <summary>Forgets those of which nothing waits any more.</summary>
    internal void Keep(Release release) => _objects.RemoveAll(entry => entry.Item.Manifest!.Next <= release.EndOf(entry.Item.Name.Stream));

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
    internal async Task<IReadOnlyList<(LakeObject Item, long Load)>> AppliedSinceAsync(long load, CancellationToken cancellation)
    {
        var known = _objects.Select(entry => entry.Item.Name).ToHashSet();
        var found = await FindAsync(
            string.Create(CultureInfo.InvariantCulture, $"loaded_at >= TIMESTAMP_MILLIS({load}) AND topic <> {SqlText.Name(TopicNames.Transactions)}"), cancellation);
        return [.. found.Where(entry => !known.Contains(entry.Item.Name))];
    }

    /// <summary>Records of a range that earlier loads brought.</summary>
    /// <exception cref="ObjectDamagedException">An object is not what it was.</exception>
    internal async Task ReadAsync(AppliedRange range, Action<LakeRecord> take, CancellationToken cancellation)
    {
        foreach (var (item, _) in All.Where(entry => entry.Item.Name.Stream == range.Stream && entry.Item.Name.StartOffset < range.WaitedUntil && entry.Item.Manifest!.Next > range.From))
        {
            await ReadAsync(item, range.From, line =>
            {
                if (line.Position.Offset < range.WaitedUntil)
                {
                    take(line);
                }
            }, cancellation);
        }
    }

    /// <summary>An object's records from an offset on.</summary>
    /// <exception cref="ObjectDamagedException">The object is not what it was.</exception>
    internal async Task ReadAsync(LakeObject item, long from, Action<LakeRecord> take, CancellationToken cancellation)
    {
        try
        {
            using var content = await LakeObjectReader.OpenAsync(lake, item, cancellation);
            foreach (var line in content.Records().Where(line => line.Position.Offset >= from))
            {
                take(line);
            }
        }
        catch (LakeDamageException failure)
        {
            throw new ObjectDamagedException(item.Name.Stream.Topic, failure.Message, failure);
        }
    }

    private async Task<List<(LakeObject Item, long Load)>> FindAsync(string which, CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync(
            $"SELECT topic, stream_epoch, `partition`, start_offset, sha256, day, loaded_at FROM `{names.Line}`.loaded_objects WHERE {which}",
            new Dictionary<string, object?>(),
            cancellation);
        var found = new List<(LakeObject, long)>();
        foreach (var row in rows.Rows)
        {
            var (stream, start) = (new LakeStream((string)row[0]!, (string)row[1]!, (int)(long)row[2]!), (long)row[3]!);
            if (await LakeChainReader.FindAsync(lake, stream, start, (DateOnly)row[5]!, cancellation) is not { Manifest: { } manifest } item || manifest.Sha256 != (string)row[4]!)
            {
                throw new ObjectDamagedException(
                    stream.Topic, $"the object of {stream} that starts at {start} was loaded, waits for its transactions, and is gone or another one now; restore it from a backup");
            }

            found.Add((item, (row[6] as DateTimeOffset?)?.ToUnixTimeMilliseconds() ?? 0));
        }

        return found;
    }
}
