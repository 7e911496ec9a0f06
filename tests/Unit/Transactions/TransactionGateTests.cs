using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Core.Transactions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Transactions;

/// <summary>What is applied is all of some first transactions of the source and nothing of the others, however its topics are read.</summary>
public sealed class TransactionGateTests
{
    private static readonly LakeStream Visits = new("t.public.visits", "e1", 0);
    private static readonly LakeStream OtherVisits = new("t.public.visits", "e1", 1);
    private static readonly LakeStream Bills = new("t.public.bills", "e1", 0);

    [Fact]
    public void Every_published_state_is_the_sources_at_some_transaction_boundary_under_any_interleaving_batching_and_redelivery()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var source = new SimulatedSource(random, random.Next(1, 25));
            var logs = source.Logs(random, random.Next(4));
            var reader = new Reader(logs);
            var (at, steps) = (0, 0);
            while (reader.Step(random))
            {
                if (random.Next(3) == 0)
                {
                    if (random.Next(10) == 0)
                    {
                        reader.Restart();
                    }

                    at = source.States.IndexOf(reader.Publish(), at);
                    at.ShouldBeGreaterThanOrEqualTo(0, $"seed {seed}: a state that the source never had, or an older one, after {++steps} publications");
                }
            }

            reader.Publish().ShouldBe(source.States[^1], $"seed {seed}");
            reader.Gate.Waiting.ShouldBe(0);
            reader.Gate.GivenUp.ShouldBe(0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Fact]
    public void A_table_that_stands_still_is_not_waited_for_and_its_records_are_shown_when_they_come()
    {
        var stopped = true;
        var gate = new TransactionGate(_ => true, table => "t." + table, topic => stopped && topic == Bills.Topic);
        Take(gate, Visits, 0, 700, 1, 10);
        gate.Take(End(700, 20, ("public.visits", 1), ("public.bills", 1)));
        gate.Take(End(701, 40, ("public.bills", 1)));
        Advance(gate, Visits).ShouldBe(1);

        stopped = false;
        Take(gate, Bills, 0, 700, 2, 11);
        Take(gate, Bills, 1, 701, 1, 30);
        Advance(gate, Bills).ShouldBe(2);
        Take(gate, Visits, 1, 702, 1, 50);
        gate.Take(End(702, 60, ("public.visits", 1), ("public.bills", 1)));
        Advance(gate, Visits).ShouldBe(1);
        gate.GivenUp.ShouldBe(0);
    }

    [Fact]
    public void A_transaction_waits_for_its_last_record_and_its_END_and_what_follows_waits_with_it()
    {
        var gate = Gate();
        Take(gate, Visits, 0, 700, 1, 10);
        Take(gate, Visits, 1, 701, 1, 30);
        gate.Take(Visits, 2, null, null, 1, false, 1);
        Advance(gate, Visits).ShouldBe(0);
        gate.Take(End(700, 20, ("public.visits", 1), ("public.bills", 1), ("public.notes", 9)));
        gate.Take(End(701, 40, ("public.visits", 1)));

        // 701 is whole, and behind 700, whose bill is still to come.
        Advance(gate, Visits).ShouldBe(0);
        gate.Blocker().ShouldBe(new TransactionWait(700, Bills.Topic, 0, 1, 1));
        Take(gate, Bills, 5, 700, 1, 12);
        Advance(gate, Visits).ShouldBe(3);
        gate.Applied(Bills).ShouldBe(6);
        gate.Blocker().ShouldBeNull();
    }

    [Fact]
    public void Records_without_a_transaction_wait_for_nothing_but_their_turn()
    {
        var gate = Gate();
        gate.Take(Visits, 0, null, new Lsn(5), 1, false, 1);
        gate.Take(Visits, 1, null, new Lsn(6), 1, false, 1);
        Advance(gate, Visits).ShouldBe(2);
        Take(gate, Visits, 2, 700, 1, 10);
        gate.Take(Visits, 3, null, new Lsn(7), 1, false, 1);
        Advance(gate, Visits).ShouldBe(2);
    }

    [Fact]
    public void A_record_that_cannot_be_read_counts_for_the_transaction_that_lacks_one_of_its_table()
    {
        var gate = Gate();
        Take(gate, Visits, 0, 700, 1, 10);
        gate.Take(End(700, 20, ("public.visits", 2)));
        Advance(gate, Visits).ShouldBe(0);
        gate.Take(Visits, 1, null, null, 1, true, 1);
        Advance(gate, Visits).ShouldBe(2);

        // Counted once, and not for a transaction that it comes behind.
        Take(gate, Visits, 2, 701, 1, 30);
        Take(gate, Visits, 3, 702, 1, 50);
        gate.Take(Visits, 4, null, null, 1, true, 1);
        gate.Take(End(701, 40, ("public.visits", 2)));
        Advance(gate, Visits).ShouldBe(2);
        Take(gate, OtherVisits, 0, 701, 2, 31);
        Advance(gate, Visits).ShouldBe(3);
    }

    [Fact]
    public void A_transaction_is_whole_by_what_came_not_by_how_often_it_came()
    {
        var gate = Gate();
        Take(gate, Visits, 0, 700, 1, 10);
        Take(gate, Visits, 1, 700, 1, 10);
        gate.Take(End(700, 20, ("public.visits", 2)));
        gate.Take(End(700, 20, ("public.visits", 2)));
        Advance(gate, Visits).ShouldBe(0);
        Take(gate, Visits, 2, 700, 2, 12);
        Advance(gate, Visits).ShouldBe(3);

        // Again, in part, after it was let go: nothing waits, whether END or the records come first.
        gate.Take(End(700, 20, ("public.visits", 2)));
        Take(gate, Visits, 3, 700, 2, 12);
        gate.Take(End(700, 20, ("public.visits", 2)));
        Advance(gate, Visits).ShouldBe(4);
        gate.Pending.ShouldBeEmpty();
    }

    [Fact]
    public void An_id_that_is_used_again_is_another_transaction()
    {
        var gate = Gate();
        Take(gate, Visits, 0, 700, 1, 10);
        gate.Take(End(700, 20, ("public.visits", 1)));
        Advance(gate, Visits).ShouldBe(1);
        Take(gate, Visits, 1, 700, 1, 20);
        Take(gate, Bills, 0, 700, 1, 22);
        gate.Take(End(700, 30, ("public.visits", 1), ("public.bills", 2)));
        Advance(gate, Visits).ShouldBe(1);

        // In a new source epoch LSNs may begin anew.
        var restored = Gate();
        restored.Restore(new EndedTransaction(700, new Lsn(1_000), 1));
        restored.Take(Visits, 5, new TransactionMark(700, 1), new Lsn(10), 2, false, 1);
        Advance(restored, Visits).ShouldBe(5);
    }

    [Fact]
    public void What_waits_too_long_is_given_up_whole_and_counted()
    {
        var gate = Gate();
        Take(gate, Visits, 0, 700, 1, 10, load: 1);
        Take(gate, Visits, 1, 701, 1, 30, load: 2);
        Take(gate, Bills, 0, 700, 1, 12, load: 2);
        gate.Take(End(701, 40, ("public.visits", 1)));
        gate.Advance(giveUpThrough: 0);
        (gate.GivenUp, gate.Applied(Visits)).ShouldBe((0, 0));

        gate.Advance(giveUpThrough: 1);

        (gate.GivenUp, gate.Applied(Visits), gate.Applied(Bills), gate.Waiting).ShouldBe((1, 2, 1, 0));
        Take(gate, Bills, 1, 700, 2, 14);
        Advance(gate, Bills).ShouldBe(2);
    }

    [Fact]
    public void A_transaction_of_which_nothing_ever_comes_is_given_up_and_what_waited_behind_it_is_shown_whole()
    {
        var gate = Gate();
        gate.Take(End(700, 20, ("public.bills", 3)));
        Take(gate, Visits, 0, 701, 1, 30, load: 1);
        Take(gate, Bills, 0, 701, 1, 32, load: 2);
        gate.Take(End(701, 40, ("public.visits", 1), ("public.bills", 1)));

        gate.Advance(giveUpThrough: 1);

        (gate.GivenUp, gate.Applied(Visits), gate.Applied(Bills), gate.Waiting).ShouldBe((1, 1, 1, 0));
        gate.Pending.ShouldBeEmpty();
        gate.Ended.Select(ended => ended.Id).ShouldBe([700u, 701u]);
    }

    private static TransactionGate Gate() => new(topic => topic is "t.public.visits" or "t.public.bills", table => "t." + table);

    private static void Take(TransactionGate gate, LakeStream stream, long offset, uint id, long order, ulong lsn, long load = 1) =>
        gate.Take(stream, offset, new TransactionMark(id, order), new Lsn(lsn), 1, false, load);

    private static TransactionEnd End(uint id, ulong at, params (string Table, long Count)[] counts) =>
        new(id, new Lsn(at), counts.ToDictionary(count => count.Table, count => count.Count));

    private static long? Advance(TransactionGate gate, LakeStream stream)
    {
        gate.Advance();
        return gate.Applied(stream);
    }

    /// <summary>Reads logs in any order, and applies what may be.</summary>
    private sealed class Reader(Dictionary<LakeStream, List<SimulatedSource.Emitted>> logs)
    {
        private readonly Dictionary<LakeStream, int> _read = logs.Keys.ToDictionary(stream => stream, _ => 0);

        internal TransactionGate Gate { get; private set; } = Gate();

        internal bool Step(Random random)
        {
            var open = logs.Where(log => _read[log.Key] < log.Value.Count).ToList();
            if (open.Count == 0)
            {
                return false;
            }

            var (stream, log) = open[random.Next(open.Count)];
            for (var count = random.Next(1, 8); count > 0 && _read[stream] < log.Count; count--)
            {
                Take(stream, _read[stream]++);
            }

            return true;
        }

        internal string Publish()
        {
            Gate.Advance();
            var rows = new Dictionary<(string Table, long Key), long>();
            foreach (var (stream, log) in logs.Where(log => log.Key.Topic != "t.transaction" && log.Key.Topic != "t.public.notes"))
            {
                foreach (var record in log.Take((int)(Gate.Applied(stream) ?? 0)))
                {
                    var key = (stream.Topic, record.Key);
                    rows[key] = Math.Max(rows.GetValueOrDefault(key), (long)record.Lsn!.Value.Value);
                }
            }

            return SimulatedSource.TextOf(rows);
        }

        // As the loader's books bring it back: what ended, what END says, and what waits.
        internal void Restart()
        {
            Gate.Advance();
            var (before, after) = (Gate, Gate());
            foreach (var ended in before.Ended)
            {
                after.Restore(ended);
            }

            foreach (var end in before.Pending)
            {
                after.Take(end);
            }

            Gate = after;
            foreach (var (stream, next) in _read.Where(log => log.Key.Topic is not ("t.transaction" or "t.public.notes") && log.Value > 0))
            {
                // The record before it stands for those that are applied.
                var applied = before.Applied(stream)!.Value;
                after.Take(stream, applied - 1, null, null, 1, false, 1);
                for (var offset = (int)applied; offset < next; offset++)
                {
                    Take(stream, offset);
                }
            }
        }

        private void Take(LakeStream stream, int offset)
        {
            var record = logs[stream][offset];
            if (record.End is { } end)
            {
                Gate.Take(end);
            }
            else if (stream.Topic != "t.public.notes")
            {
                Gate.Take(stream, offset, record.Mark, record.Lsn, 1, false, 1);
            }
        }
    }
}
