using System.Collections.Immutable;
using HospitalStreaming.Modelling.Jinja;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>
/// Renders a project for one dialect and clock: models in build order, and tests. A model with a mistake, and those built on it, are left out
/// and named; the rest of the graph is rendered.
/// </summary>
public sealed class ProjectCompiler
{
    private readonly DbtProject _project;
    private readonly CompileOptions _options;
    private readonly List<ModelProblem> _problems = [];
    private readonly Dictionary<string, RenderedModel> _rendered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelConfig> _configs = new(StringComparer.Ordinal);

    private ProjectCompiler(DbtProject project, CompileOptions options)
    {
        _project = project;
        _options = options;
    }

    /// <summary>Renders everything that can be rendered.</summary>
    public static CompiledProject Compile(DbtProject project, CompileOptions options) => new ProjectCompiler(project, options).Run();

    private CompiledProject Run()
    {
        _problems.AddRange(_project.Problems);
        foreach (var model in _project.Models.Values.OrderBy(model => model.Name, StringComparer.Ordinal))
        {
            Attempt(() => _configs[model.Name] = ModelConfig.For(model, _project));
        }

        foreach (var model in _project.Models.Values.Where(model => _configs.ContainsKey(model.Name)).OrderBy(model => model.Name, StringComparer.Ordinal))
        {
            Attempt(() => Render(model));
        }

        var order = BuildOrder.Of(_rendered.Values.ToDictionary(model => model.Name, model => model.Refs), _problems);
        var compiled = new Dictionary<string, CompiledModel>(StringComparer.Ordinal);
        foreach (var name in order)
        {
            var model = _rendered[name];
            if (model.Refs.Keys.All(compiled.ContainsKey))
            {
                Attempt(() => compiled.Add(name, Complete(model, compiled)));
            }
        }

        var tests = new TestCompiler(_project, _options, compiled, _problems).Compile();
        var models = order.Where(compiled.ContainsKey).Select(name => compiled[name]).ToImmutableArray();
        return new CompiledProject(
            models, tests, [.. _problems],
            [.. _project.Models.Keys.Concat(_project.Unreadable).Where(name => !compiled.ContainsKey(name) && IsEnabled(name)).Order(StringComparer.Ordinal)]);
    }

    private bool IsEnabled(string name) => !_configs.TryGetValue(name, out var config) || config.Enabled;

    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (ModelProblemException problem)
        {
            _problems.Add(problem.Problem);
        }
    }

    private void Render(ModelFile model)
    {
        var config = _configs[model.Name];
        var context = new RenderContext(_project, _options, config, RelationOf(model.Name)) { RefName = name => RefName(name, fromSources: false) };
        var sql = Clean(Renderer.Render(model.Nodes, context.Globals));
        if (!config.Enabled)
        {
            return;
        }

        if (sql.Length == 0)
        {
            throw new Place(model.File, 1, 1).Problem("the model renders to nothing: it must be a query");
        }

        // A second rendering names every model by its CTE; macros may have to hold the name, so the text is not searched for it.
        var inner = new RenderContext(_project, _options, config, RelationOf(model.Name)) { RefName = name => RefName(name, fromSources: true) };
        _rendered.Add(model.Name, new RenderedModel(
            model.Name, model.File, config.Kind(new Place(model.File, 1, 1)), sql, Clean(Renderer.Render(model.Nodes, inner.Globals)),
            context.Refs, [.. context.Sources.Select(key => _project.Sources[key].Table)], context.ReadClock));
    }

    private object? RefName(string name, bool fromSources)
    {
        if (!(_project.Models.ContainsKey(name) || _project.Unreadable.Contains(name)) || !IsEnabled(name))
        {
            return null;
        }

        return fromSources || IsEphemeral(name)
            ? new JinjaObject("relation", new Dictionary<string, object?> { ["identifier"] = name, ["name"] = name }, CteName(name))
            : new RenderContext(_project, _options, null, null).Relation(RelationOf(name));
    }

    private bool IsEphemeral(string name) => _configs.TryGetValue(name, out var config) && config.Get("materialized") is "ephemeral";

    private CompiledModel Complete(RenderedModel model, Dictionary<string, CompiledModel> compiled)
    {
        var direct = model.Refs.Keys.Select(name => compiled[name]).ToList();
        var docs = _project.Docs.GetValueOrDefault(model.Name);
        return new CompiledModel
        {
            Name = model.Name,
            File = model.File,
            Kind = model.Kind,
            Relation = RelationOf(model.Name),
            Sql = WithCtes(model.Sql, Ancestors(model, onlyEphemeral: true), name => _rendered[name].Sql),
            SqlFromSources = WithCtes(model.SqlOnCtes, Ancestors(model, onlyEphemeral: false), name => _rendered[name].SqlOnCtes),
            Models = [.. model.Refs.Keys],
            SourceTables = [.. model.SourceTables.Concat(direct.SelectMany(other => other.SourceTables)).Distinct().Order(StringComparer.Ordinal)],
            UsesClock = model.ReadsClock || direct.Any(other => other.UsesClock),
            Grain = docs?.Grain ?? [],
            Docs = docs,
        };
    }

    private List<string> Ancestors(RenderedModel model, bool onlyEphemeral)
    {
        var found = new List<string>();
        Visit(model);
        return found;

        void Visit(RenderedModel each)
        {
            foreach (var name in each.Refs.Keys.Where(name => (!onlyEphemeral || _rendered[name].Kind == Materialization.Ephemeral) && !found.Contains(name)))
            {
                Visit(_rendered[name]);
                found.Add(name);
            }
        }
    }

    private static string WithCtes(string sql, List<string> names, Func<string, string> sqlOf) => names.Count == 0
        ? sql
        : $"with {string.Join(",\n", names.Select(name => $"{CteName(name)} as (\n{sqlOf(name)}\n)"))}\nselect * from (\n{sql}\n) as __model";

    private RelationName RelationOf(string model) => new(
        _options.Project,
        _configs.TryGetValue(model, out var config) && config.Schema is { } schema ? $"{_options.TargetSchema}_{schema}" : _options.TargetSchema,
        model);

    private static string CteName(string model) => "__ref__" + model;

    private static string Clean(string sql) => sql.Trim().TrimEnd(';').TrimEnd();
}
