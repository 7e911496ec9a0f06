using System.Collections.Immutable;
using HospitalStreaming.Modelling;

namespace HospitalStreaming.Transform.Reporting;

/// <summary>What one cycle did.</summary>
/// <param name="Version">Version of the signal current that the marts reflect.</param>
/// <param name="AsOf">The clock.</param>
/// <param name="Models">Every model, in build order.</param>
/// <param name="Tests">Tests that ran in the cycle.</param>
/// <param name="Problems">Mistakes in the project's files.</param>
/// <param name="LeftOut">Models that those mistakes leave out.</param>
/// <param name="Took">Time of the whole cycle.</param>
public sealed record BuildReport(
    long Version,
    DateOnly AsOf,
    ImmutableArray<ModelReport> Models,
    ImmutableArray<TestReport> Tests,
    ImmutableArray<ModelProblem> Problems,
    ImmutableArray<string> LeftOut,
    TimeSpan Took)
{
    /// <summary>Whether everything is published.</summary>
    public bool IsGood => Problems.IsEmpty && Models.All(model => model.Outcome is ModelOutcome.Built or ModelOutcome.Unchanged);
}
