namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Names known at a place of a template; inner scopes hide outer ones.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _names = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _names[name] = value;

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._names.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return new Undefined(name);
    }

    private Scope? Outer => outer;
}
