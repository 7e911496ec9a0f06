using System.Globalization;
using HospitalStreaming.Modelling.Jinja;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>
/// The names a template of dbt knows: ref, source, var, env_var, config, this, target, adapter.dispatch, dbt's and the project's macros.
/// It records what one rendering refers to.
/// </summary>
internal sealed class RenderContext
{
    private readonly DbtProject _project;
    private readonly CompileOptions _options;

    public RenderContext(DbtProject project, CompileOptions options, ModelConfig? config, RelationName? self)
    {
        _project = project;
        _options = options;
        Globals = new Scope(null);
        Globals.Set("ref", (Callable)Ref);
        Globals.Set("source", (Callable)Source);
        Globals.Set("var", (Callable)Var);
        Globals.Set("env_var", (Callable)EnvironmentVariable);
        Globals.Set("return", (Callable)(call => throw new ReturnSignal(call.Need(0, "data"))));
        Globals.Set("is_incremental", (Callable)(_ => false));
        Globals.Set("namespace", (Callable)(call => new Namespace(call.Named.ToDictionary(pair => pair.Key, pair => pair.Value))));
        Globals.Set("range", (Callable)Range);
        Globals.Set("target", Target());
        Globals.Set("dbt", DbtMacros.For(options.Dialect));
        Globals.Set("adapter", new JinjaObject("adapter", new Dictionary<string, object?> { ["dispatch"] = (Callable)Dispatch }));
        Globals.Set("exceptions", new JinjaObject("exceptions", new Dictionary<string, object?>
        {
            ["raise_compiler_error"] = (Callable)(call => throw call.Place.Problem(Values.Text(call.Need(0, "msg"), call.Place))),
        }));
        if (config is not null)
        {
            Globals.Set("config", (Callable)(call => Config(config, call)));
        }

        if (self is not null)
        {
            Globals.Set("this", Relation(self));
        }

        foreach (var macro in project.Macros.Where(macro => !macro.IsTest))
        {
            Globals.Set(macro.Name, Renderer.Macro(macro, Globals));
        }

        Globals.Set(project.Name, new JinjaObject(
            project.Name, project.Macros.Where(macro => !macro.IsTest).ToDictionary(macro => macro.Name, macro => (object?)Renderer.Macro(macro, Globals))));
    }

    public Scope Globals { get; }

    /// <summary>Models referred to, with the first place.</summary>
    public Dictionary<string, Place> Refs { get; } = new(StringComparer.Ordinal);

    /// <summary>Source tables referred to, by key.</summary>
    public SortedSet<string> Sources { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether var as_of was read.</summary>
    public bool ReadClock { get; private set; }

    /// <summary>How ref names a model; null for a model that is not known.</summary>
    public Func<string, object?> RefName { get; init; } = _ => null;

    public JinjaObject Relation(RelationName relation) => new("relation", new Dictionary<string, object?>
    {
        ["schema"] = relation.Schema,
        ["identifier"] = relation.Name,
        ["name"] = relation.Name,
    }, relation.In(_options.Dialect));

    private object? Ref(CallArguments call)
    {
        if (call.Named.Count > 0)
        {
            throw call.Place.Problem($"the argument {call.Named.Keys.First()} of ref is not supported");
        }

        if (call.Positional.Count == 2 && call.Text(0, "package") != _project.Name)
        {
            throw call.Place.Problem($"ref: the package {call.Text(0, "package")} is not supported");
        }

        var name = call.Text(call.Positional.Count == 2 ? 1 : 0, "model");
        Refs.TryAdd(name, call.Place);
        return RefName(name) ?? throw call.Place.Problem($"ref: there is no model {name}");
    }

    private JinjaObject Source(CallArguments call)
    {
        var key = $"{call.Text(0, "source")}.{call.Text(1, "table")}";
        if (!_project.Sources.TryGetValue(key, out var source))
        {
            throw call.Place.Problem($"source: there is no table {key} in any schema file");
        }

        Sources.Add(key);
        var schema = Renderer.Render(TemplateParser.Parse(source.File, source.Schema), Globals);
        return Relation(new RelationName(_options.Project, schema, source.Table));
    }

    private object? Var(CallArguments call)
    {
        var name = call.Text(0, "name");
        if (name == "as_of")
        {
            ReadClock = true;
            if (_options.AsOf is { } day)
            {
                return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            }
        }

        return _options.Vars.TryGetValue(name, out var given) ? given
            : _project.Vars.TryGetValue(name, out var value) ? value
            : call.Positional.Count > 1 || call.Named.ContainsKey("default") ? call.Get(1, "default")
            : throw call.Place.Problem($"var: {name} is not set, neither in dbt_project.yml nor by the caller");
    }

    private object? EnvironmentVariable(CallArguments call)
    {
        var name = call.Text(0, "name");
        return _options.Environment.TryGetValue(name, out var value) ? value
            : call.Get(1, "default") ?? throw call.Place.Problem($"env_var: {name} is not set");
    }

    private object? Dispatch(CallArguments call)
    {
        var name = call.Text(0, "macro_name");
        var prefix = _options.Dialect == ModelDialect.Postgres ? "postgres" : "bigquery";
        var macro = _project.Macros.FirstOrDefault(each => !each.IsTest && each.Name == $"{prefix}__{name}")
            ?? _project.Macros.FirstOrDefault(each => !each.IsTest && each.Name == $"default__{name}")
            ?? throw call.Place.Problem($"adapter.dispatch: there is no macro {prefix}__{name} or default__{name}");
        return Renderer.Macro(macro, Globals);
    }

    private static object Range(CallArguments call)
    {
        var numbers = call.Positional.Select(value => (int)Values.Number(value, call.Place)).ToArray();
        var (from, to) = numbers.Length switch
        {
            1 => (0, numbers[0]),
            2 => (numbers[0], numbers[1]),
            _ => throw call.Place.Problem("range takes one or two numbers"),
        };
        return Enumerable.Range(from, Math.Max(0, to - from)).Select(number => (object?)(long)number).ToList();
    }

    private static object Config(ModelConfig config, CallArguments call)
    {
        config.Take(call.Named, call.Place);
        if (call.Positional is [Dictionary<string, object?> values])
        {
            config.Take(values, call.Place);
        }

        return string.Empty;
    }

    private JinjaObject Target() => new("target", new Dictionary<string, object?>
    {
        ["name"] = _options.Dialect == ModelDialect.Postgres ? "postgres" : "bigquery",
        ["type"] = _options.Dialect == ModelDialect.Postgres ? "postgres" : "bigquery",
        ["schema"] = _options.TargetSchema,
        ["dataset"] = _options.TargetSchema,
        ["project"] = _options.Project,
    });
}
