namespace HospitalStreaming.Modelling.Jinja;

/// <summary>A value with attributes of its own (this, target, adapter, loop, a relation); what it lacks is refused by name.</summary>
internal sealed class JinjaObject(string name, IReadOnlyDictionary<string, object?> members, string? text = null)
{
    public string Name { get; } = name;

    public object? Member(string member) => members.TryGetValue(member, out var value) ? value : new Undefined($"{Name}.{member}");

    public override string ToString() => text ?? Name;
}
