using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Capture.Publishing;
using HospitalStreaming.Core.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Capture;

public sealed class TransactionLedgerTests
{
    private static readonly Error Good = new(ErrorCode.NoError);

    [Fact]
    public void Confirms_only_the_gap_free_prefix_whatever_order_deliveries_come_in()
    {
        var cases =
            from sizes in Gen.Choose(0, 4).ListOf(6)
            from order in Gen.Shuffle(sizes.SelectMany((size, transaction) => Enumerable.Repeat(transaction, size)).ToArray())
            select (Sizes: sizes.ToArray(), Order: order.ToArray());
        Prop.ForAll(cases.ToArbitrary(), example =>
        {
            var completed = new List<ulong>();
            var ledger = new TransactionLedger(1 << 20, ticket => completed.Add(ticket.End!.Value.Value));
            ledger.Start(new Lsn(5));
            var tickets = example.Sizes.Select((size, index) =>
            {
                var ticket = ledger.Open(default);
                for (var i = 0; i < size; i++)
                {
                    ledger.Sending(ticket, 1);
                }

                ledger.Close(ticket, End(index));
                return ticket;
            }).ToArray();
            var left = (int[])example.Sizes.Clone();
            foreach (var transaction in example.Order)
            {
                ledger.Delivered(tickets[transaction], Good, 1);
                left[transaction]--;
                var done = left.TakeWhile(messages => messages == 0).Count();
                if (done < left.Length && ledger.Confirmable(new Lsn(1_000)) != (done == 0 ? new Lsn(5) : End(done - 1)))
                {
                    return false;
                }
            }

            return ledger.InFlightBytes == 0 && completed.SequenceEqual(Enumerable.Range(0, example.Sizes.Length).Select(index => End(index).Value));
        }).Check(FsCheck.Config.QuickThrowOnFailure);
    }

    [Fact]
    public void An_open_transaction_is_never_confirmed_though_all_its_messages_are_acknowledged()
    {
        var ledger = Ledger();
        var ticket = ledger.Open(default);
        ledger.Sending(ticket, 10);
        ledger.Delivered(ticket, Good, 10);
        ledger.Confirmable(new Lsn(500)).ShouldBe(default);
        ledger.Close(ticket, new Lsn(400));
        ledger.Confirmable(new Lsn(300)).ShouldBe(new Lsn(400));
    }

    [Fact]
    public void With_nothing_under_way_what_the_source_has_sent_may_be_confirmed()
    {
        var ledger = Ledger();
        ledger.Confirmable(new Lsn(500)).ShouldBe(new Lsn(500));
        ledger.Confirmable(new Lsn(400)).ShouldBe(new Lsn(500), "a position never goes back");
    }

    [Fact]
    public async Task A_failed_delivery_stops_confirming_for_good()
    {
        var ledger = Ledger();
        var (first, second) = (ledger.Open(default), ledger.Open(default));
        ledger.Sending(first, 1);
        ledger.Sending(second, 1);
        ledger.Close(first, new Lsn(10));
        ledger.Close(second, new Lsn(20));
        ledger.Delivered(first, new Error(ErrorCode.Local_MsgTimedOut), 1);
        ledger.Delivered(second, Good, 1);
        ledger.Confirmable(new Lsn(500)).ShouldBe(default);
        await Should.ThrowAsync<KafkaException>(async () => await ledger.RoomAsync(CancellationToken.None));
        await Should.ThrowAsync<KafkaException>(() => ledger.EmptyAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_reader_waits_above_the_limit_and_goes_on_when_half_is_free()
    {
        var ledger = new TransactionLedger(100, _ => { });
        var ticket = ledger.Open(default);
        ledger.Sending(ticket, 60);
        ledger.Sending(ticket, 60);
        var waiting = ledger.RoomAsync(CancellationToken.None).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        ledger.Delivered(ticket, Good, 60);
        waiting.IsCompleted.ShouldBeFalse();
        ledger.Delivered(ticket, Good, 60);
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Deliveries_from_many_threads_are_all_counted()
    {
        var done = 0;
        var ledger = new TransactionLedger(1 << 30, _ => Interlocked.Increment(ref done));
        var tickets = Enumerable.Range(0, 200).Select(index =>
        {
            var ticket = ledger.Open(default);
            for (var i = 0; i < 50; i++)
            {
                ledger.Sending(ticket, 3);
            }

            ledger.Close(ticket, End(index));
            return ticket;
        }).ToList();
        Parallel.For(0, 50, _ =>
        {
            foreach (var ticket in tickets)
            {
                ledger.Delivered(ticket, Good, 3);
            }
        });
        await ledger.EmptyAsync(TestContext.Current.CancellationToken);
        ledger.Confirmable(default).ShouldBe(End(199));
        (done, ledger.Events, ledger.InFlightBytes).ShouldBe((200, 10_000L, 0L));
    }

    private static TransactionLedger Ledger() => new(1 << 20, _ => { });

    private static Lsn End(int index) => new((ulong)(10 + (index * 10)));
}
