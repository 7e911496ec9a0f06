namespace HospitalStreaming.Modelling;

/// <summary>Something wrong in a model project, with its place. Values of rows never appear in it.</summary>
/// <param name="File">Path inside the project, e.g. layers/marts/doctor_performance.sql.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Message">What is wrong and, where it is known, what to do.</param>
public sealed record ModelProblem(string File, int Line, int Column, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
