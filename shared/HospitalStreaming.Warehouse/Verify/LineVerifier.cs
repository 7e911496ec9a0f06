using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>
/// Proves a running line, without pausing it. One short snapshot of the source is tied to the change stream by the transactions it sees; when
/// everything up to it has come through, raw's changes of those transactions must come to the source's rows, column by column. In the same one
/// warehouse snapshot, current must be raw's latest changes, and raw the lake's records, each once. Marts are compared with a rebuild.
/// </summary>
/// <param name="source">The hospital's database.</param>
/// <param name="log">The change topics.</param>
/// <param name="lake">The lake.</param>
/// <param name="warehouse">The warehouse.</param>
/// <param name="marts">Marts audit; null where this process has none.</param>
/// <param name="tables">Captured tables that are known in code; those that the lake describes are verified too.</param>
/// <param name="patience">How long what was written before the source snapshot may take to arrive at each of the waits.</param>
public sealed class LineVerifier(
    ILineSource source, IChangeLog log, ILake lake, IWarehouseReader warehouse, IMartsAudit? marts, IReadOnlyList<TableDescription> tables, TimeSpan patience)
{
    private IReadOnlyList<TableDescription> _tables = [];

    private const string SourceCheck = "source = raw (rows as one snapshot of the hospital's database sees them)";
    private const string CurrentCheck = "raw = current (the last change of every key)";
    private const string LakeCheckName = "lake = raw (objects tile the topics; every record once, byte for byte)";
    private const string TopicsCheck = "topic = lake (counts and digests of each day's records)";
    private const string MartsCheck = "current = marts (each mart against its SQL run anew)";

    /// <summary>Runs all checks. Bad data is a finding, not an exception; an unreachable server throws.</summary>
    /// <param name="progress">Told what is being done, one line at a time.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<VerifyReport> RunAsync(IProgress<string> progress, CancellationToken cancellation) => RunAsync(progress, readTopics: false, cancellation);

    /// <summary>Runs all checks, and where it is asked for reads the topics too, as far as they still have their records.</summary>
    /// <param name="progress">Told what is being done, one line at a time.</param>
    /// <param name="readTopics">Whether to read the topics.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<VerifyReport> RunAsync(IProgress<string> progress, bool readTopics, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        _tables = [.. tables, .. await new TableDocuments(lake).BesideAsync(tables, cancellation)];
        var (snapshot, late) = await ReadSourceAsync(progress, cancellation);

        progress.Report("Comparing source, raw, current and lake in one snapshot of the warehouse");
        var compared = await warehouse.InSnapshotAsync((view, token) => CompareAsync(view, snapshot, late, progress, token), cancellation);
        if (readTopics)
        {
            progress.Report("Reading the topics up to where the warehouse has loaded them");
            compared = await ReadTopicsAsync(compared, cancellation);
        }

        progress.Report("Comparing marts with a rebuild");
        var last = marts is null ? new VerifyCheck(MartsCheck, [], [], "no transform is configured here") : await marts.CompareAsync(cancellation);
        return compared with { Checks = [.. compared.Checks, last], Took = Stopwatch.GetElapsedTime(started) };
    }

    private async Task<VerifyReport> ReadTopicsAsync(VerifyReport report, CancellationToken cancellation)
    {
        var (lives, differing) = (await LivesAsync(cancellation), new List<string>());
        foreach (var table in report.Tables)
        {
            var topic = TopicNames.ChangesOf(table.Table);
            foreach (var position in report.Positions.Where(position => position.Stream.Topic == topic && position.Stream.Epoch == lives.GetValueOrDefault(topic)))
            {
                await foreach (var record in log.ReadAsync(new LogPosition(topic, position.Stream.Partition, position.Next), cancellation))
                {
                    table.Window(RecordTime.Of(record.TimestampMs)).OfTopic().Add(record);
                }
            }

            differing.AddRange(table.Windows.Where(window => window.Value.TopicDiffers).Select(window => string.Create(
                CultureInfo.InvariantCulture, $"{table.Table}, {window.Key:yyyy-MM-dd}: {window.Value.Topic!.Count:N0} records in the topic and {window.Value.Lake.Count:N0} in the lake, and they are not the same")));
        }

        var counted = string.Create(CultureInfo.InvariantCulture, $"{report.Tables.Sum(table => table.Windows.Values.Sum(window => window.Topic?.Count ?? 0)):N0} records that the topics still have, by day");
        return report with { Checks = [.. report.Checks, new VerifyCheck(TopicsCheck, [counted], differing)] };
    }

    /// <summary>The source's reading once all of it has arrived, or why there is none to compare.</summary>
    private async Task<(SourceSnapshot? Snapshot, string? Late)> ReadSourceAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        progress.Report("Waiting until capture has its first snapshot behind it");
        if (await source.WaitStreamingAsync(patience, cancellation) is { } notStreaming)
        {
            return (null, notStreaming);
        }

        progress.Report("Reading the hospital's database in one snapshot");
        var snapshot = await source.ReadAsync([.. _tables.Where(table => table.HasKey)], warehouse.Compared, cancellation);
        progress.Report(string.Create(
            CultureInfo.InvariantCulture,
            $"Read {snapshot.Tables.Values.Sum(table => (long)table.Count):N0} rows at {snapshot.At} in {snapshot.OpenFor.TotalSeconds:0.0} s; waiting for what it saw to arrive"));
        var late = await ArriveAsync(snapshot, progress, cancellation);
        return (late is null ? snapshot : null, late);
    }

    /// <summary>Waits until what the snapshot saw is in the warehouse. Null when it is; else where it got stuck.</summary>
    private async Task<string?> ArriveAsync(SourceSnapshot snapshot, IProgress<string> progress, CancellationToken cancellation)
    {
        if (await source.WaitCapturedAsync(snapshot.At, patience, cancellation) is { } notCaptured)
        {
            return notCaptured;
        }

        var ends = await log.EndsAsync([.. _tables.Select(table => TopicNames.ChangesOf(table.Name))], cancellation);
        progress.Report("Everything is captured; waiting for the warehouse to load it");
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var positions = await warehouse.InSnapshotAsync((view, token) => view.PositionsAsync(token), cancellation);
            var lives = await LivesAsync(cancellation);
            var behind = ends.Where(end => end.Offset > 0 && Next(positions, lives, end.Topic, end.Partition) < end.Offset).ToList();
            if (behind.Count == 0)
            {
                return null;
            }

            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"the warehouse did not load {behind[0].Topic}[{behind[0].Partition}] up to {behind[0].Offset} within {patience.TotalSeconds:0} s ({behind.Count} partitions behind): are lakesink and warehousesink running?");
            }

            await Task.Delay(warehouse.LookEvery, cancellation);
        }
    }

    /// <summary>The last life of every topic: the one the broker has now.</summary>
    private async Task<Dictionary<string, string>> LivesAsync(CancellationToken cancellation)
    {
        var lives = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var topic in _tables.Select(table => TopicNames.ChangesOf(table.Name)))
        {
            if (await StreamEpochs.ReadAsync(lake, topic, cancellation) is [.., var last])
            {
                lives[topic] = last.Epoch;
            }
        }

        return lives;
    }

    private static long Next(IReadOnlyList<LoadPosition> positions, Dictionary<string, string> lives, string topic, int partition) => positions
        .Where(position => position.Stream.Topic == topic && position.Stream.Partition == partition && position.Stream.Epoch == lives.GetValueOrDefault(topic))
        .Select(position => position.Next).FirstOrDefault();

    private async Task<VerifyReport> CompareAsync(
        IWarehouseView view, SourceSnapshot? snapshot, string? late, IProgress<string> progress, CancellationToken cancellation)
    {
        var positions = await view.PositionsAsync(cancellation);
        var lives = await LivesAsync(cancellation);
        var epochs = await new EpochDocuments(lake).ReadAsync(cancellation);
        var decisions = await new DecisionDocuments(lake).ReadAsync(cancellation);
        var (fromSource, current, fromLake) = (new Findings(), new Findings(), new Findings());
        var (reads, figures) = (await view.ReadsAsync(cancellation), new List<TableFigures>());
        current.Count($"reads: {reads}");
        foreach (var table in _tables)
        {
            progress.Report($"  {table.Name}");
            var topic = TopicNames.ChangesOf(table.Name);
            var applied = positions.Select(position => position with { Next = position.Applied }).ToList();
            var sweepBelow = epochs.SweepBelow(topic, partition => Next(applied, lives, topic, partition));
            var sweepBelowInRaw = epochs.SweepBelow(topic, partition => Next(positions, lives, topic, partition));
            var own = !table.HasKey ? new TableFigures(table.Name) : await AuditAsync(new TableAudit(table, view, snapshot, decisions, sweepBelow, sweepBelowInRaw), table, snapshot is not null, fromSource, current, cancellation);
            figures.Add(own with { Windows = await CheckLakeAsync(new LakeCheck(lake, epochs), table, view, positions, fromLake, cancellation) });
        }

        VerifyCheck[] checks =
        [
            snapshot is null ? new VerifyCheck(SourceCheck, [], [], late) : fromSource.Check(SourceCheck),
            current.Check(CurrentCheck),
            fromLake.Check(LakeCheckName),
        ];
        return new VerifyReport(checks, TimeSpan.Zero) { SourceAt = snapshot?.At, Positions = positions, Reads = reads, Tables = figures };
    }

    private static async Task<Dictionary<DateOnly, WindowFigures>> CheckLakeAsync(
        LakeCheck check, TableDescription table, IWarehouseView view, IReadOnlyList<LoadPosition> positions, Findings findings, CancellationToken cancellation)
    {
        try
        {
            var tiles = await check.RunAsync(table, view, positions, cancellation);
            findings.Count(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {tiles.Records:N0} records in {tiles.Objects:N0} objects"));
            findings.Add(tiles.Findings);
            return tiles.Windows;
        }
        catch (FormatException altered)
        {
            findings.Add([$"{table.Name}: {altered.Message}; its lake was not compared further"]);
            return [];
        }
    }

    private static async Task<TableFigures> AuditAsync(
        TableAudit audit, TableDescription table, bool sourceIsRead, Findings fromSource, Findings current, CancellationToken cancellation)
    {
        TableAudit.Result result;
        try
        {
            result = await audit.RunAsync(cancellation);
        }
        catch (FormatException altered)
        {
            current.Add([$"{table.Name}: {altered.Message}; the table was not compared further"]);
            return new TableFigures(table.Name);
        }

        if (result.FromSource is { } difference)
        {
            var held = result.Held > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Held} keys held back by a dead letter left out") : string.Empty;
            var skipped = result.Skipped > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Skipped} keys with a skipped change left out") : string.Empty;
            fromSource.Count(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {difference.Compared:N0} rows compared column by column{held}{skipped}{LeftOut(result.Unread, "which the source has no more, or with another type")}{LeftOut(result.Lost, "of which messages do not carry all")}{LeftOut(result.NotPrinted, "which do not compare on this warehouse")}"));
            fromSource.Add(difference, "source", "raw");
        }
        else if (sourceIsRead)
        {
            fromSource.Count($"{table.Name}: not compared: the source has no such table or key, or keys of a type that messages write otherwise");
        }

        var emptied = result.Emptied > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Emptied:N0} keys emptied by a truncate") : string.Empty;
        var waiting = result.Waiting > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Waiting:N0} changes wait for their transactions") : string.Empty;
        current.Count(string.Create(
            CultureInfo.InvariantCulture, $"{table.Name}: {result.RawRows:N0} changes of {result.Keys:N0} keys, {result.Current.Compared:N0} rows in current{emptied}{waiting}{LeftOut(result.Decided, "made texts by decision")}{LeftOut(result.NotPrinted, "which do not compare on this warehouse")}"));
        if (result.Truncation != result.BookedTruncation)
        {
            current.Add([$"{table.Name}: the last truncate in raw is {PlaceOf(result.Truncation)}, by the loader's books it is {PlaceOf(result.BookedTruncation)}"]);
        }

        current.Add(result.Current, "raw", "current");
        return result.Figures;
    }

    private static string LeftOut(IReadOnlyList<string> columns, string why) => columns.Count == 0 ? string.Empty : $", not {string.Join(", ", columns)}, {why}";

    private static string PlaceOf(Truncation? truncation) =>
        truncation is { } one ? string.Create(CultureInfo.InvariantCulture, $"{one.Lsn} in source epoch {one.SourceEpoch}") : "none";

    private sealed class Findings
    {
        private readonly List<string> _counted = [];
        private readonly List<string> _found = [];

        internal void Count(string line) => _counted.Add(line);

        internal void Add(IEnumerable<string> findings) => _found.AddRange(findings);

        internal void Add(TableDifference difference, string left, string right)
        {
            if (!difference.IsEqual)
            {
                _found.Add(difference.Describe(left, right));
            }
        }

        internal VerifyCheck Check(string name) => new(name, _counted, _found);
    }
}
