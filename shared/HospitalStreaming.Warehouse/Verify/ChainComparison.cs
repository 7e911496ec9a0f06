using System.Globalization;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Holds raw's rows of one chain against the rows its lake lines make, both in log order, one row of each at a time.</summary>
/// <param name="table">Raw table, for messages.</param>
/// <param name="stream">The chain.</param>
/// <param name="rows">Raw's rows of it, by offset.</param>
/// <param name="texts">What the warehouse keeps of JSON.</param>
internal sealed class ChainComparison(string table, LakeStream stream, IAsyncEnumerator<RawRow> rows, JsonSameness texts) : IAsyncDisposable
{
    private const int MaxNamed = 5;

    private readonly List<LakeSpan> _unreadable = [];
    private readonly Finds _altered = new();
    private readonly Finds _missing = new();
    private readonly Finds _doubled = new();
    private readonly Finds _extra = new();
    private RawRow? _row;
    private bool _begun;
    private long _next;

    /// <summary>Leaves raw's rows of a part of the log alone: its object cannot be read, which is said of the object.</summary>
    internal void LeaveOut(LakeSpan span) => _unreadable.Add(span);

    /// <summary>Compares the row that the next line makes, one of them. What lies before the last one, in an overlapping object, was compared already.</summary>
    internal async ValueTask LineAsync(LakeObjectName name, params RawRow[] made)
    {
        var expected = made[0];
        if (expected.Offset < _next)
        {
            return;
        }

        if (!_begun)
        {
            _begun = true;
            await AdvanceAsync();
        }

        await SkipAsync(expected.Offset);
        _next = expected.Offset + 1;
        if (_row is null || _row.Offset != expected.Offset)
        {
            _missing.Add(() => string.Create(CultureInfo.InvariantCulture, $"{expected.Offset} of {name}"));
            return;
        }

        if (_row.DifferencesFrom(expected, texts) is { Count: > 0 } columns && Array.TrueForAll(made, other => _row.DifferencesFrom(other, texts).Count > 0))
        {
            _altered.Add(() => string.Create(CultureInfo.InvariantCulture, $"{expected.Offset} ({string.Join(", ", columns)}) of {name}"));
        }

        await AdvanceAsync();
        while (_row is { } same && same.Offset == expected.Offset)
        {
            _doubled.Add(() => string.Create(CultureInfo.InvariantCulture, $"{expected.Offset} of {name}"));
            await AdvanceAsync();
        }
    }

    /// <summary>What differs, once all lines are through.</summary>
    internal async Task<IEnumerable<string>> FinishAsync()
    {
        if (!_begun)
        {
            await AdvanceAsync();
        }

        await SkipAsync(long.MaxValue);
        return
        [
            .. _altered.Describe($"raw {table}, {stream}: rows that are not what their lake lines say, at offset"),
            .. _missing.Describe($"raw {table}, {stream}: lake lines without a row, at offset"),
            .. _doubled.Describe($"raw {table}, {stream}: rows that are there more than once, at offset"),
            .. _extra.Describe($"raw {table}, {stream}: rows that no lake object holds, at offset"),
        ];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => rows.DisposeAsync();

    private async ValueTask SkipAsync(long before)
    {
        while (_row is { } row && row.Offset < before)
        {
            if (!_unreadable.Exists(span => row.Offset >= span.Start && row.Offset < span.Next))
            {
                _extra.Add(() => row.Offset.ToString(CultureInfo.InvariantCulture));
            }

            await AdvanceAsync();
        }
    }

    private async ValueTask AdvanceAsync() => _row = await rows.MoveNextAsync() ? rows.Current : null;

    /// <summary>How many of a kind, and the first few by name.</summary>
    private sealed class Finds
    {
        private readonly List<string> _named = [];
        private long _count;

        internal void Add(Func<string> name)
        {
            if (_count++ < MaxNamed)
            {
                _named.Add(name());
            }
        }

        internal IEnumerable<string> Describe(string what)
        {
            if (_count > 0)
            {
                var more = _count > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $" and {_count - MaxNamed} more") : string.Empty;
                yield return $"{what} {string.Join(", ", _named)}{more}";
            }
        }
    }
}
