namespace HospitalStreaming.Modelling;

/// <summary>A part of a model project cannot be read or rendered; the problem says where and why.</summary>
public sealed class ModelProblemException(ModelProblem problem) : Exception(problem.ToString())
{
    /// <summary>What is wrong and where.</summary>
    public ModelProblem Problem { get; } = problem;
}
