using System.Runtime.InteropServices;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Audits one table in one warehouse snapshot: the source against raw, raw against current.</summary>
/// <param name="table">The table.</param>
/// <param name="view">The warehouse.</param>
/// <param name="source">The source's reading; null where there is none to compare.</param>
/// <param name="decisions">What was decided about records that were set aside.</param>
/// <param name="sweepBelow">Source epoch below which rows that were not shown again are gone from current.</param>
/// <param name="sweepBelowInRaw">The same by all that raw has; null where nothing of it waits.</param>
internal sealed class TableAudit(
    TableDescription table, IWarehouseView view, SourceSnapshot? source, LetterDecisions decisions, int sweepBelow, int? sweepBelowInRaw = null)
{
    private const int NotesAtOnce = 1_000;
    private static readonly string[] Bookkeeping = ["_deleted", "_lsn", "_source_epoch"];

    private TableDescription _described = null!;
    private string[] _columns = [];
    private HashSet<int> _unread = [];
    private HashSet<int> _lost = [];
    private HashSet<int> _decided = [];
    private TableKey _key = null!;
    private readonly Dictionary<RowKey, ulong[]> _now = [];
    private readonly List<RowKey> _moved = [];
    private readonly List<(RowKey Key, KeyAudit Audit)> _noted = [];
    private readonly HashSet<RowKey> _emptied = [];
    private (Truncation? Now, Truncation? AtSource) _truncations;
    private TableComparison? _fromSource;
    private long _rawRows;
    private long _waiting;
    private long _held;
    private long _skipped;

    internal async Task<Result> RunAsync(CancellationToken cancellation)
    {
        _described = await view.DescribeAsync(table, cancellation);
        _key = new TableKey(_described);
        _columns = [.. _described.Columns.Select(column => column.Name)];
        _decided = Places(i => i < table.Columns.Length && _described.Columns[i].Kind != table.Columns[i].Kind);
        var unread = source?.Unread.GetValueOrDefault(table.Name);
        _unread = Places(i => unread?.Contains(_columns[i]) == true);
        var lost = SourceColumns.LostOf(table);
        _lost = Places(i => lost.Contains(_columns[i]));
        var truncations = await view.TruncationsAsync(table, cancellation);
        _truncations = (
            RawTruncation.Last(truncations.InRaw.Where(truncation => !truncation.Waits)),
            RawTruncation.Last(truncations.InRaw.Where(truncation => source is null || truncation.IsSeen(source.View, source.At))));
        var rows = source?.Tables.GetValueOrDefault(table.Name);
        var fromRows = rows is null ? null : new RecordTally();
        foreach (var (key, digests) in rows ?? [])
        {
            fromRows!.Add(key, digests);
        }

        _fromSource = rows is null ? null : new TableComparison(table.Name, [.. table.Columns.Select(column => column.Name)], rows);
        await ReadRawAsync(cancellation);
        await ReadMovedAsync(cancellation);
        await CompareAsync(cancellation);
        var fromSource = _fromSource?.Finish();

        var keys = _now.Count;
        var current = new TableComparison(table.Name, [.. _columns, .. Bookkeeping], _now);
        var live = new RecordTally();
        await foreach (var row in view.CurrentAsync(_described, cancellation))
        {
            if (!row.Deleted)
            {
                live.Add(row.Key, RowDigest.Of(row.Values));
            }

            // Which of the changes a truncate removed had come before it does not show in raw.
            if (!_emptied.Contains(row.Key) || !IsTombstone(row))
            {
                current.Right(row.Key, Digests(row.Values, row.Deleted, row.State));
            }
        }

        return new Result(_rawRows, keys, _held, _skipped, fromSource, current.Finish())
        {
            Emptied = _emptied.Count,
            Waiting = _waiting,
            Unread = Names(_unread),
            Decided = Names(_decided),
            Lost = Names(_lost.Except(_unread)),
            NotPrinted = view.NotPrinted(_described),
            Figures = new TableFigures(table.Name) { Source = fromRows, Current = live, Waiting = _waiting },
            Truncation = _truncations.Now,
            BookedTruncation = truncations.Booked,
        };
    }

    private async Task ReadRawAsync(CancellationToken cancellation)
    {
        var history = new List<RawChange>();
        await foreach (var change in view.RawAsync(_described, null, decisions, cancellation))
        {
            _rawRows++;
            _waiting += change.Waits ? 1 : 0;
            if (history.Count > 0 && history[0].Key != change.Key)
            {
                Take(history[0].Key, history);
                history.Clear();
                if (_noted.Count >= NotesAtOnce)
                {
                    await CompareAsync(cancellation);
                }
            }

            history.Add(change);
        }

        if (history.Count > 0)
        {
            Take(history[0].Key, history);
        }
    }

    private void Take(RowKey key, List<RawChange> history)
    {
        foreach (ref readonly var change in CollectionsMarshal.AsSpan(history))
        {
            if (change.Change is { KeepsFromElsewhere: true })
            {
                _moved.Add(key);
                return;
            }
        }

        _noted.Add((key, Audit(key, _ => history)));
    }

    // Rows that got another key need the histories of their former keys.
    private async Task ReadMovedAsync(CancellationToken cancellation)
    {
        if (_moved.Count == 0)
        {
            return;
        }

        var histories = new Dictionary<RowKey, List<RawChange>>();
        IReadOnlyCollection<RowKey> wanted = _moved;
        while (wanted.Count > 0)
        {
            var read = new HashSet<RowKey>(wanted);
            foreach (var key in wanted)
            {
                histories[key] = [];
            }

            await foreach (var change in view.RawAsync(_described, wanted, decisions, cancellation))
            {
                histories[change.Key].Add(change);
            }

            wanted = [.. read.SelectMany(key => histories[key]).Select(change => change.Change?.MovedFrom).OfType<RowKey>()
                .Where(key => !histories.ContainsKey(key)).Distinct()];
        }

        foreach (var key in _moved)
        {
            _noted.Add((key, Audit(key, one => histories[one])));
        }
    }

    private KeyAudit Audit(RowKey key, Func<RowKey, IReadOnlyList<RawChange>> historyOf) =>
        KeyAudit.Of(key, historyOf, source?.View, source?.At ?? default, _truncations, _key);

    /// <summary>Compares what was worked out of some keys, printed as current is.</summary>
    private async Task CompareAsync(CancellationToken cancellation)
    {
        var rows = _noted.SelectMany(noted => new[] { noted.Audit.Now?.Values, noted.Audit.AtSource?.Values }).OfType<object?[]>().Distinct().ToList();
        var printed = (await view.PrintAsync(_described, rows, cancellation)).Select((values, i) => (rows[i], values)).ToDictionary(row => row.Item1, row => row.values);
        foreach (var (key, audit) in _noted)
        {
            Note(key, audit with { Now = Printed(audit.Now), AtSource = Printed(audit.AtSource) });
        }

        _noted.Clear();

        FinalRow? Printed(FinalRow? row) => row is { } known ? known with { Values = printed[known.Values] } : null;
    }

    private void Note(RowKey key, KeyAudit audit)
    {
        if (audit.Held)
        {
            _held++;
            _fromSource?.Skip(key);
        }
        else if (audit.Skipped)
        {
            _skipped++;
            _fromSource?.Skip(key);
        }
        else if (audit.AtSource is { } seen && !IsGone(seen, sweepBelowInRaw ?? sweepBelow))
        {
            _fromSource?.Right(key, RowDigest.Of([.. seen.Values.Take(table.Columns.Length).Select((value, i) => _unread.Contains(i) || _lost.Contains(i) ? null : value)]));
        }

        if (audit.Now is { } now)
        {
            _now[key] = IsGone(now, sweepBelow) ? Tombstone(now) : Digests(now.Values, false, now.State);
        }
        else if (audit.Emptied)
        {
            _emptied.Add(key);
        }
    }

    private HashSet<int> Places(Func<int, bool> which) => [.. Enumerable.Range(0, _columns.Length).Where(which)];

    private string[] Names(IEnumerable<int> places) => [.. places.Select(place => _columns[place])];

    private bool IsTombstone(CurrentRow row) => row.Deleted && row.Values.Where((_, i) => !_key.Has(i)).All(value => value is null);

    private static bool IsGone(FinalRow row, int sweepBelow) => row.Deleted || row.State.SourceEpoch < sweepBelow;

    private ulong[] Tombstone(FinalRow row) => Digests([.. row.Values.Select((value, i) => _key.Has(i) ? value : null)], true, row.State);

    // Of a column that became a text by decision, old rows have what the cast made of their values, which messages say in their own way.
    private ulong[] Digests(object?[] values, bool deleted, KeyState state) =>
    [
        .. RowDigest.Of(_decided.Count == 0 ? values : [.. values.Select((value, i) => _decided.Contains(i) ? null : value)]),
        RowDigest.Of(deleted),
        RowDigest.Of(state.HighestLsn is { } lsn ? (long)lsn.Value : null),
        RowDigest.Of(state.SourceEpoch),
    ];

    /// <param name="RawRows">Changes read from raw.</param>
    /// <param name="Keys">Keys raw knows, deleted ones among them.</param>
    /// <param name="Held">Keys held back by poison.</param>
    /// <param name="Skipped">Keys whose last word was skipped by decision.</param>
    /// <param name="FromSource">Source against raw; null where the source was not read.</param>
    /// <param name="Current">Raw against current.</param>
    internal sealed record Result(long RawRows, long Keys, long Held, long Skipped, TableDifference? FromSource, TableDifference Current)
    {
        /// <summary>Keys of which a truncate removed all changes.</summary>
        internal long Emptied { get; init; }

        /// <summary>Changes that current must not have yet.</summary>
        internal long Waiting { get; init; }

        /// <summary>Columns that the source has no more, or otherwise: not compared with it.</summary>
        internal IReadOnlyList<string> Unread { get; init; } = [];

        /// <summary>Columns of which a message does not carry all: not compared with the source.</summary>
        internal IReadOnlyList<string> Lost { get; init; } = [];

        /// <summary>Columns that this warehouse does not print as records do: not compared.</summary>
        internal IReadOnlyList<string> NotPrinted { get; init; } = [];

        /// <summary>Columns that are texts by decision: not compared.</summary>
        internal IReadOnlyList<string> Decided { get; init; } = [];

        /// <summary>Counts and digests for the report.</summary>
        internal required TableFigures Figures { get; init; }

        /// <summary>The last truncate of raw, but for one that waits.</summary>
        internal Truncation? Truncation { get; init; }

        /// <summary>The last truncate by the loader's books.</summary>
        internal Truncation? BookedTruncation { get; init; }
    }
}
