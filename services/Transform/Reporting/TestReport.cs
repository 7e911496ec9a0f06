using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Transform.Reporting;

/// <summary>The result of one data test: counts only.</summary>
/// <param name="Test">Name.</param>
/// <param name="Model">Model it is declared on.</param>
/// <param name="Severity">What a failure means.</param>
/// <param name="Failures">Rows found; -1 where the test itself could not run.</param>
/// <param name="Took">Time it took.</param>
/// <param name="Detail">File and line, and why it could not run.</param>
public sealed record TestReport(string Test, string Model, TestSeverity Severity, long Failures, TimeSpan Took, string Detail)
{
    /// <summary>pass, warn, fail or error.</summary>
    public string Status => Failures < 0 ? "error" : Failures == 0 ? "pass" : Severity == TestSeverity.Warn ? "warn" : "fail";

    /// <summary>Whether the model must not be published.</summary>
    public bool Holds => Failures != 0 && Severity == TestSeverity.Error;
}
