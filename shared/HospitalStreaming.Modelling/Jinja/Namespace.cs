namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Jinja's namespace(): attributes that a loop may set.</summary>
internal sealed class Namespace(Dictionary<string, object?> members)
{
    public Dictionary<string, object?> Members { get; } = members;
}
