using YamlDotNet.RepresentationModel;

namespace HospitalStreaming.Modelling.Project;

/// <summary>Reads schema files: models with their columns, grain, privacy classes and tests; sources with their tables.</summary>
internal sealed class SchemaFileReader(List<ModelProblem> problems)
{
    private static readonly string[] TestKeys = ["name", "config", "arguments", "description", "severity", "where"];

    public Dictionary<string, ModelDocs> Models { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SourceTable> Sources { get; } = new(StringComparer.Ordinal);

    public void Read(string file, string text)
    {
        if (Yaml.Read(file, text) is not { } root)
        {
            return;
        }

        foreach (var (key, node) in Yaml.Entries(root).Where(entry => entry.Key is not ("version" or "models" or "sources")))
        {
            problems.Add(Yaml.At(file, node).Problem($"'{key}' is not supported").Problem);
        }

        foreach (var model in Yaml.Maps(file, Yaml.Get(root, "models")))
        {
            Attempt(() => ReadModel(file, model));
        }

        foreach (var source in Yaml.Maps(file, Yaml.Get(root, "sources")))
        {
            Attempt(() => ReadSource(file, source));
        }
    }

    private void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (ModelProblemException problem)
        {
            problems.Add(problem.Problem);
        }
    }

    private void ReadSource(string file, YamlMappingNode source)
    {
        var name = Yaml.Name(file, source);
        var schema = Yaml.Text(source, "schema") ?? name;
        foreach (var table in Yaml.Maps(file, Yaml.Get(source, "tables")))
        {
            var entry = new SourceTable(name, Yaml.Name(file, table), schema, file, (int)table.Start.Line);
            if (!Sources.TryAdd(entry.Key, entry))
            {
                throw Yaml.At(file, table).Problem($"the source {entry.Key} is declared twice");
            }
        }
    }

    private void ReadModel(string file, YamlMappingNode model)
    {
        var name = Yaml.Name(file, model);
        var config = Yaml.Values(Yaml.Map(file, Yaml.Get(model, "config")));
        var tests = new List<TestDeclaration>();
        ReadTests(file, model, name, null, tests);
        var columns = new List<ColumnDocs>();
        foreach (var column in Yaml.Maps(file, Yaml.Get(model, "columns")))
        {
            var columnName = Yaml.Name(file, column);
            columns.Add(new ColumnDocs(
                columnName, Yaml.Text(column, "description") ?? string.Empty, Meta(file, column, "privacy") as string, file, (int)column.Start.Line));
            ReadTests(file, column, name, columnName, tests);
        }

        var grain = Meta(file, model, "grain") as List<object?> ?? [];
        var docs = new ModelDocs(
            name, Yaml.Text(model, "description") ?? string.Empty, [.. grain.OfType<string>()], [.. columns], file, (int)model.Start.Line)
        {
            Config = config,
            Tests = [.. tests],
        };
        if (!Models.TryAdd(name, docs))
        {
            throw Yaml.At(file, model).Problem($"the model {name} is described twice");
        }
    }

    /// <summary>An entry of meta, which dbt takes at the top or below config.</summary>
    private static object? Meta(string file, YamlMappingNode node, string key)
    {
        var config = Yaml.Map(file, Yaml.Get(node, "config"));
        var meta = Yaml.Map(file, config is null ? null : Yaml.Get(config, "meta")) ?? Yaml.Map(file, Yaml.Get(node, "meta"));
        return meta is not null && Yaml.Get(meta, key) is { } value ? Yaml.Value(value) : null;
    }

    private static void ReadTests(string file, YamlMappingNode owner, string model, string? column, List<TestDeclaration> tests)
    {
        foreach (var key in (string[])["data_tests", "tests"])
        {
            if (Yaml.Get(owner, key) is not { } list)
            {
                continue;
            }

            foreach (var item in (list as YamlSequenceNode ?? throw Yaml.At(file, list).Problem("a list of tests is expected")).Children)
            {
                tests.Add(ReadTest(file, item, model, column));
            }
        }
    }

    private static TestDeclaration ReadTest(string file, YamlNode item, string model, string? column)
    {
        var place = Yaml.At(file, item);
        if (item is YamlScalarNode { Value: { } plain })
        {
            return new TestDeclaration(
                plain, model, column, new Dictionary<string, object?>(), null, TestSeverity.Error, null, file, place.Line, place.Column);
        }

        if (item is not YamlMappingNode { Children.Count: 1 } map)
        {
            throw place.Problem("a test is its name, or one mapping from its name to its arguments");
        }

        var (test, node) = Yaml.Entries(map).Single();
        var values = Yaml.Values(Yaml.Map(file, node));
        var config = values.GetValueOrDefault("config") as Dictionary<string, object?> ?? [];
        var arguments = values.Where(pair => !TestKeys.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (key, value) in values.GetValueOrDefault("arguments") as Dictionary<string, object?> ?? [])
        {
            arguments[key] = value;
        }

        foreach (var key in config.Keys.Where(key => key is not ("severity" or "where")))
        {
            throw place.Problem($"the test setting {key} is not supported");
        }

        return new TestDeclaration(
            test, model, column, arguments, values.GetValueOrDefault("name") as string, Severity(),
            (config.GetValueOrDefault("where") ?? values.GetValueOrDefault("where")) as string, file, place.Line, place.Column);

        TestSeverity Severity() => ((config.GetValueOrDefault("severity") ?? values.GetValueOrDefault("severity")) as string)?.ToLowerInvariant() switch
        {
            null or "error" => TestSeverity.Error,
            "warn" => TestSeverity.Warn,
            var other => throw place.Problem($"the severity is {other}; it must be error or warn"),
        };
    }
}
