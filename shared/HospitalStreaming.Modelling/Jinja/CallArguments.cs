namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Evaluated arguments of a call.</summary>
internal sealed record CallArguments(Place Place, IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    /// <summary>The argument at a position or of a name, or the fallback.</summary>
    public object? Get(int position, string name, object? fallback = null) =>
        position < Positional.Count ? Positional[position] : Named.TryGetValue(name, out var value) ? value : fallback;

    /// <summary>An argument that must be there.</summary>
    public object? Need(int position, string name) =>
        position < Positional.Count || Named.ContainsKey(name) ? Get(position, name) : throw Place.Problem($"the argument {name} is missing");

    /// <summary>A text argument that must be there.</summary>
    public string Text(int position, string name) => Need(position, name) as string ?? throw Place.Problem($"the argument {name} must be a text");
}
