using System.Collections.Concurrent;

namespace HospitalStreaming.Transform.Building;

/// <summary>Columns of published tables, by model and definition; forgotten when a model fails, since someone may have remade its table.</summary>
internal sealed class ColumnCache
{
    private readonly ConcurrentDictionary<string, (string Definition, IReadOnlyList<string> Columns)> _columns = new(StringComparer.Ordinal);

    public IReadOnlyList<string>? Get(string model, string definition) =>
        _columns.TryGetValue(model, out var known) && known.Definition == definition ? known.Columns : null;

    public void Set(string model, string definition, IReadOnlyList<string> columns) => _columns[model] = (definition, columns);

    public void Forget(string model) => _columns.TryRemove(model, out _);
}
