using System.Globalization;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>The versions of current and of each of its tables in one snapshot.</summary>
internal sealed class InputVersions(IReadOnlyDictionary<string, long> versions)
{
    /// <summary>Version of the signal current; 0 where nothing was ever applied.</summary>
    public long Current => versions.GetValueOrDefault(SignalNames.Current);

    /// <summary>
    /// What a model's rows depend on, as text: the same text means the same rows. A table without a signal of its own counts as changed
    /// whenever anything did.
    /// </summary>
    public string Of(CompiledModel model, DateOnly asOf)
    {
        var inputs = model.SourceTables.Select(table => versions.TryGetValue($"{SignalNames.Current}:{table}", out var version)
            ? $"{table}={version}"
            : $"{table}=any{Current}");
        return string.Join(";", model.UsesClock ? inputs.Append("as_of=" + asOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : inputs);
    }
}
