using HospitalStreaming.Modelling.Jinja;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>A model's settings, from dbt_project.yml by folder, then its schema file, then config() in its own file. Unknown ones are refused by name.</summary>
internal sealed class ModelConfig(string model)
{
    private static readonly string[] Known = ["materialized", "schema", "enabled", "tags", "meta", "docs", "description"];

    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public static ModelConfig For(ModelFile model, DbtProject project)
    {
        var config = new ModelConfig(model.Name);
        var level = project.ModelConfig;
        config.TakePlus(level);
        foreach (var part in model.Folders.Append(model.Name))
        {
            if (level.GetValueOrDefault(part) is not Dictionary<string, object?> inner)
            {
                break;
            }

            level = inner;
            config.TakePlus(level);
        }

        if (project.Docs.TryGetValue(model.Name, out var docs))
        {
            config.Take(docs.Config, new Place(docs.File, docs.Line, 1));
        }

        return config;
    }

    public object? Get(string key) => _values.GetValueOrDefault(key);

    public void Take(IEnumerable<KeyValuePair<string, object?>> values, Place place)
    {
        foreach (var (key, value) in values)
        {
            _values[key] = Known.Contains(key) ? value : throw place.Problem($"the setting {key} of model {model} is not supported");
        }
    }

    public string? Schema => Get("schema") as string;

    public bool Enabled => Get("enabled") is not false;

    public Materialization Kind(Place place) => Get("materialized") switch
    {
        null or "view" => Materialization.View,
        "table" => Materialization.Table,
        "ephemeral" => Materialization.Ephemeral,
        var other => throw place.Problem($"materialized '{other}' is not supported: use view, table or ephemeral"),
    };

    private void TakePlus(IReadOnlyDictionary<string, object?> level) => Take(
        level.Where(pair => pair.Key.StartsWith('+')).Select(pair => KeyValuePair.Create(pair.Key[1..], pair.Value)),
        new Place("dbt_project.yml", 1, 1));
}
