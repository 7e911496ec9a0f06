namespace HospitalStreaming.Modelling.Project;

/// <summary>A generic test as a schema file asks for it, before it is rendered.</summary>
internal sealed record TestDeclaration(
    string Test,
    string Model,
    string? Column,
    IReadOnlyDictionary<string, object?> Arguments,
    string? Name,
    TestSeverity Severity,
    string? Where,
    string File,
    int Line,
    int CharacterColumn)
{
    public Jinja.Place Place => new(File, Line, CharacterColumn);
}
