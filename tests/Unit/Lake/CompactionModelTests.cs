using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Support.Faults;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

/// <summary>
/// Whatever order the requests of writers, compactors and readers come in, and wherever one of them ends, every reader gets every record once.
/// </summary>
public sealed class CompactionModelTests
{
    private const int Reported = 20;

    private static readonly int Runs = FaultReport.Count(FaultKinds.ModelCompaction);

    [Fact]
    [Trait("Kind", "Soak")]
    public void Readers_get_every_record_once_whatever_compactors_do_and_wherever_they_die()
    {
        var totals = new CompactionModel.Totals();
        OnOneThread(() =>
        {
            for (var seed = 0; seed < Runs; seed += Reported)
            {
                var before = totals.Crashes;
                for (var next = seed; next < seed + Reported; next++)
                {
                    new CompactionModel(next, totals).Run();
                }

                FaultReport.Add(FaultKinds.ModelCompaction, seed, totals.Crashes - before, 0, Reported * CompactionModel.Records, 0, 0, Reported);
            }
        });

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Runs} runs, {totals.Steps} steps: {totals.Crashes} crashes, {totals.Emptied} objects emptied, {totals.Adopted} starts adopted, {totals.Read} records read meanwhile, 0 lost, 0 doubled");

        // What never happened proves nothing.
        totals.Crashes.ShouldBeGreaterThan(Runs);
        totals.Emptied.ShouldBeGreaterThan(Runs);
        totals.Adopted.ShouldBeGreaterThan(Runs);
        totals.Read.ShouldBeGreaterThan(Runs);
    }

    [Fact]
    public void The_model_finds_a_reader_that_takes_an_emptied_object_for_empty() => OnOneThread(() =>
        Should.Throw<LakeDamageException>(() =>
        {
            for (var seed = 0; seed < 50; seed++)
            {
                new CompactionModel(seed, new CompactionModel.Totals()) { ForgetsParts = true }.Run();
            }
        }));

    /// <summary>Turns go from hand to hand on this thread; a test framework's context would take them elsewhere.</summary>
    private static void OnOneThread(Action run)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }
}
