using HospitalStreaming.Tests.Support.Faults;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching;

/// <summary>
/// A model check of the chain: two writers that do not know of each other, on one log with gaps in its offsets and one create-only store, with
/// arbitrary cuts, lost replies, crashes, stale restarts from any committed offset, and offsets reset by an operator.
/// </summary>
public sealed class ChainModelTests
{
    private const int Reported = 1_000;

    private static readonly int Runs = FaultReport.Count(FaultKinds.ModelChain);

    [Fact]
    [Trait("Kind", "Soak")]
    public void Objects_tile_the_log_whoever_wrote_them()
    {
        var totals = new ChainModel.Totals();
        for (var seed = 0; seed < Runs; seed += Reported)
        {
            var (crashes, others, records) = (totals.Crashes, totals.LostReplies + totals.Resets, totals.Records);
            for (var next = seed; next < seed + Reported; next++)
            {
                new ChainModel(next, totals).Run();
            }

            FaultReport.Add(FaultKinds.ModelChain, seed, totals.Crashes - crashes, totals.LostReplies + totals.Resets - others, totals.Records - records, 0, 0, Reported);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Runs} runs: {totals.LostReplies} lost replies, {totals.Adopted} adoptions ({totals.AdoptedInside} within an object), {totals.Crashes} crashes, {totals.Resets} resets, 0 lost, 0 doubled");

        // A fault that never happened proves nothing.
        totals.LostReplies.ShouldBeGreaterThan(Runs / 2);
        totals.Adopted.ShouldBeGreaterThan(Runs / 2);
        totals.AdoptedInside.ShouldBeGreaterThan(Runs / 10);
        totals.Overlapped.ShouldBeGreaterThan(Runs / 2);
        totals.Crashes.ShouldBeGreaterThan(Runs / 2);
        totals.Resets.ShouldBeGreaterThan(Runs / 10);
    }

    [Fact]
    public void The_model_finds_a_writer_that_names_objects_by_its_first_record()
    {
        var found = 0;
        for (var seed = 0; seed < 2_000 && found == 0; seed++)
        {
            try
            {
                new ChainModel(seed, new ChainModel.Totals()) { NameByFirstRecord = true }.Run();
            }
            catch (ShouldAssertException)
            {
                found++;
            }
        }

        found.ShouldBe(1);
    }
}
