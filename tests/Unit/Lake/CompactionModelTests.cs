using HospitalStreaming.Lake;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

/// <summary>
/// Whatever order the requests of writers, compactors and readers come in, and wherever one of them ends, every reader gets every record once.
/// </summary>
public sealed class CompactionModelTests
{
    /// <summary>HOSPITAL_SOAK multiplies the runs.</summary>
    private static readonly int Runs = 300 * (int.TryParse(Environment.GetEnvironmentVariable("HOSPITAL_SOAK"), out var times) ? times : 1);

    [Fact]
    [Trait("Kind", "Soak")]
    public void Readers_get_every_record_once_whatever_compactors_do_and_wherever_they_die()
    {
        var totals = new CompactionModel.Totals();
        OnOneThread(() =>
        {
            for (var seed = 0; seed < Runs; seed++)
            {
                new CompactionModel(seed, totals).Run();
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
