namespace HospitalStreaming.Modelling.Jinja;

/// <summary>A place in a template.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    public ModelProblemException Problem(string message) => new(new ModelProblem(File, Line, Column, message));
}
