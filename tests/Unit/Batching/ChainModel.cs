using HospitalStreaming.Core.Batching;
using Shouldly;

namespace HospitalStreaming.Tests.Unit.Batching;

/// <summary>One random run of two writers on one chain.</summary>
internal sealed class ChainModel
{
    private readonly Random _random;
    private readonly Totals _totals;
    private readonly List<long> _log = [];
    private readonly SortedDictionary<long, (long Next, long[] Records)> _store = [];
    private readonly Writer?[] _writers = new Writer?[2];
    private readonly int _seed;
    private long _end;
    private long? _committed;

    internal ChainModel(int seed, Totals totals) => (_seed, _random, _totals) = (seed, new Random(seed), totals);

    /// <summary>A wrong rule, to see that the model notices.</summary>
    internal bool NameByFirstRecord { get; init; }

    internal void Run()
    {
        for (var step = 0; step < 120; step++)
        {
            Step();
        }

        // The end: one writer, no more faults.
        _writers[1] = null;
        Start(0);
        while (_writers[0]!.Read < _log.Count)
        {
            Take(0);
        }

        while (_writers[0]!.Buffer.Count + _writers[0]!.Cut.Count > 0)
        {
            Write(0, lostReply: false, crashAfter: false);
        }

        Check();
    }

    private void Step()
    {
        var who = _random.Next(2);
        switch (_random.Next(12))
        {
            case < 3:
                Append();
                break;
            case 3 when _writers[who] is not null:
                _writers[who] = null;
                _totals.Crashes++;
                break;
            case 4 when _random.Next(4) == 0:
                _committed = _random.Next(3) == 0 ? null : _random.NextInt64(Head() + 1);
                _totals.Resets++;
                break;
            default:
                if (_writers[who] is null)
                {
                    Start(who);
                }
                else if (_random.Next(4) == 0)
                {
                    Write(who, lostReply: _random.Next(4) == 0, crashAfter: _random.Next(6) == 0);
                }
                else
                {
                    Take(who);
                }

                break;
        }
    }

    private void Append()
    {
        for (var i = _random.Next(1, 6); i > 0; i--)
        {
            // Control records and the like leave gaps.
            _end += _random.Next(5) == 0 ? _random.Next(1, 4) : 0;
            _log.Add(_end++);
        }
    }

    private void Start(int who)
    {
        var window = Window();
        var start = ChainStart.Decide(window, _committed, 0, _end);
        start.Reason.ShouldBeNull($"seed {_seed}");
        _writers[who] = new Writer(new ChainWriter(start.Offset!.Value), _log.FindIndex(offset => offset >= start.Offset) is var at and >= 0 ? at : _log.Count);
    }

    /// <summary>What a writer sees of the chain: all, or from some object before the committed offset on.</summary>
    private List<LakeSpan> Window()
    {
        var spans = _store.Select(entry => new LakeSpan(entry.Key, entry.Value.Next)).ToList();
        var before = _committed is { } anchor ? spans.FindLastIndex(span => span.Start < anchor) : -1;
        return before > 0 ? spans[_random.Next(before + 1)..] : spans;
    }

    private void Take(int who)
    {
        var writer = _writers[who]!;
        if (writer.Read < _log.Count)
        {
            var offset = _log[writer.Read++];
            if (writer.Chain.Wants(offset))
            {
                writer.Chain.Take(offset);
                writer.Buffer.Add(offset);
            }
        }
    }

    private void Write(int who, bool lostReply, bool crashAfter)
    {
        var writer = _writers[who]!;
        while (writer.Buffer.Count + writer.Cut.Count > 0)
        {
            if (writer.Cut.Count == 0)
            {
                writer.Chain.Cut();
                (writer.Cut, writer.Buffer) = (writer.Buffer, []);
                if (_random.Next(2) == 0)
                {
                    // The next object fills while this one is on its way.
                    _totals.Overlapped++;
                    return;
                }
            }

            var name = NameByFirstRecord ? writer.Cut[0] : writer.Chain.Start;
            var created = _store.TryAdd(name, (writer.Cut[^1] + 1, [.. writer.Cut]));
            if (created && lostReply)
            {
                // The retry meets our own object: its content is ours.
                _totals.LostReplies++;
                created = false;
            }

            if (crashAfter)
            {
                _writers[who] = null;
                _totals.Crashes++;
                return;
            }

            var (theirNext, theirs) = _store[name];
            if (created || theirs.SequenceEqual(writer.Cut))
            {
                writer.Chain.Created();
                writer.Cut = [];
            }
            else
            {
                _totals.Adopted++;
                var before = writer.Cut.Concat(writer.Buffer).ToList();
                (writer.Cut, writer.Buffer) = ([], []);
                writer.Chain.Adopt(theirNext);
                foreach (var offset in before.Where(writer.Chain.Wants))
                {
                    writer.Chain.Take(offset);
                    writer.Buffer.Add(offset);
                }

                _totals.AdoptedInside += writer.Buffer.Count > 0 ? 1 : 0;
            }

            // A zombie's commit may be refused, and its successor's be overtaken by it: either value is possible.
            _committed = _random.Next(4) == 0 ? _committed : writer.Chain.Durable;
            if (_random.Next(2) == 0)
            {
                return;
            }
        }
    }

    private long Head() => _store.Count == 0 ? 0 : _store.Last().Value.Next;

    private void Check()
    {
        ChainTiling.FaultsOf(_store.Select(entry => new LakeSpan(entry.Key, entry.Value.Next))).ShouldBeEmpty($"seed {_seed}");
        var stored = _store.Values.SelectMany(entry => entry.Records).ToList();
        _totals.Records += stored.Count;
        stored.SequenceEqual(_log).ShouldBeTrue($"seed {_seed}: every record once, in order: {string.Join(' ', stored)} of {string.Join(' ', _log)}");
    }

    /// <summary>What happened over all runs.</summary>
    internal sealed class Totals
    {
        internal int LostReplies { get; set; }

        internal int Adopted { get; set; }

        internal int AdoptedInside { get; set; }

        internal int Overlapped { get; set; }

        internal int Crashes { get; set; }

        internal int Resets { get; set; }

        internal long Records { get; set; }
    }

    private sealed class Writer(ChainWriter chain, int read)
    {
        internal ChainWriter Chain { get; } = chain;

        internal int Read { get; set; } = read;

        /// <summary>What is being written.</summary>
        internal List<long> Cut { get; set; } = [];

        internal List<long> Buffer { get; set; } = [];
    }
}
