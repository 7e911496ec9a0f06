using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Warehouse.Transactions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Transactions;

/// <summary>The books' text of transactions that were let go is short, and says the same again.</summary>
public sealed class EndedTextTests
{
    [Fact]
    public void Whatever_was_let_go_comes_back_as_it_was()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            EndedTransaction[] ended =
            [
                .. Enumerable.Range(0, random.Next(30)).Select(_ => new EndedTransaction(
                    (uint)random.NextInt64(uint.MaxValue + 1L),
                    new Lsn(random.Next(4) == 0 ? long.MaxValue : (ulong)random.NextInt64(long.MaxValue)),
                    random.Next(1, random.Next(2) == 0 ? 2 : int.MaxValue))),
            ];
            EndedText.Read(EndedText.Of(ended)).ShouldBe(ended);
        }).QuickCheckThrowOnFailure();
        EndedText.Read(EndedText.Of([new(0, new Lsn(0), 1), new(uint.MaxValue, new Lsn(long.MaxValue), int.MaxValue)])).Count.ShouldBe(2);
    }

    [Fact]
    public void As_many_as_are_remembered_are_far_below_the_longest_statement()
    {
        var ended = Enumerable.Range(0, TransactionGate.MaxEnded).Select(i => new EndedTransaction(700 + (uint)i, new Lsn(1_000_000_000_000 + (1_000 * (ulong)i)), 1));
        EndedText.Of(ended).Length.ShouldBeLessThan(400_000);
    }

    [Theory]
    [InlineData("gA==")]
    [InlineData("AgI=")]
    [InlineData("not Base64")]
    public void A_text_that_was_cut_or_altered_is_refused(string text) => Should.Throw<FormatException>(() => EndedText.Read(text));
}
