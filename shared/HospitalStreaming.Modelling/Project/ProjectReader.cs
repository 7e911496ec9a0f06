using HospitalStreaming.Modelling.Jinja;
using YamlDotNet.RepresentationModel;

namespace HospitalStreaming.Modelling.Project;

/// <summary>Reads a dbt project from its files' texts. A file with a mistake is reported and left out; the others are still read.</summary>
public sealed class ProjectReader
{
    private const string ProjectFile = "dbt_project.yml";

    private static readonly string[] KnownKeys =
    [
        "name", "version", "config-version", "profile", "require-dbt-version", "model-paths", "macro-paths", "test-paths", "clean-targets",
        "target-path", "log-path", "packages-install-path", "vars", "models", "flags",
    ];

    private readonly IReadOnlyDictionary<string, string> _files;
    private readonly List<ModelProblem> _problems = [];
    private readonly Dictionary<string, ModelFile> _models = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);
    private readonly List<MacroNode> _macros = [];
    private readonly List<SingularTest> _singular = [];

    private ProjectReader(IReadOnlyDictionary<string, string> files) => _files = files;

    /// <summary>Reads a project.</summary>
    /// <param name="files">Path inside the project (with /) to content; dbt_project.yml at the top.</param>
    /// <exception cref="ModelProblemException">dbt_project.yml is missing or cannot be read.</exception>
    public static DbtProject Read(IReadOnlyDictionary<string, string> files) => new ProjectReader(files).Run();

    private DbtProject Run()
    {
        if (!_files.TryGetValue(ProjectFile, out var text) || Yaml.Read(ProjectFile, text) is not { } root)
        {
            throw new Place(ProjectFile, 1, 1).Problem("the file is missing or empty: it makes the folder a dbt project");
        }

        foreach (var (key, node) in Yaml.Entries(root).Where(entry => !KnownKeys.Contains(entry.Key)))
        {
            _problems.Add(Yaml.At(ProjectFile, node).Problem($"'{key}' is not supported").Problem);
        }

        var name = Yaml.Name(ProjectFile, root);
        var modelPaths = Paths(root, "model-paths", "models");
        var macroPaths = Paths(root, "macro-paths", "macros");
        var testPaths = Paths(root, "test-paths", "tests");
        var schemas = new SchemaFileReader(_problems);
        foreach (var (file, content) in _files.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Attempt(() =>
            {
                if (Below(file, modelPaths) is { } inModels)
                {
                    ReadInModels(file, inModels, content, schemas);
                }
                else if (Below(file, macroPaths) is not null && file.EndsWith(".sql", StringComparison.Ordinal))
                {
                    ReadMacros(file, content);
                }
                else if (Below(file, testPaths) is { } inTests && file.EndsWith(".sql", StringComparison.Ordinal))
                {
                    ReadTest(file, inTests, content);
                }
            });
        }

        foreach (var docs in schemas.Models.Values.Where(docs => !_models.ContainsKey(docs.Name) && !_unreadable.Contains(docs.Name)))
        {
            _problems.Add(new ModelProblem(docs.File, docs.Line, 1, $"the model {docs.Name} has no file"));
        }

        return new DbtProject
        {
            Name = name,
            Docs = schemas.Models,
            Models = _models,
            Unreadable = _unreadable,
            Sources = schemas.Sources,
            Macros = _macros,
            SingularTests = _singular,
            Vars = ProjectVars(root, name),
            ModelConfig = Yaml.Map(ProjectFile, Yaml.Get(root, "models")) is { } config
                ? Yaml.Values(Yaml.Map(ProjectFile, Yaml.Get(config, name)))
                : [],
            Problems = [.. _problems],
        };
    }

    private void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (ModelProblemException problem)
        {
            _problems.Add(problem.Problem);
        }
    }

    private void ReadInModels(string file, string below, string content, SchemaFileReader schemas)
    {
        if (file.EndsWith(".yml", StringComparison.Ordinal) || file.EndsWith(".yaml", StringComparison.Ordinal))
        {
            schemas.Read(file, content);
            return;
        }

        if (file.EndsWith(".py", StringComparison.Ordinal))
        {
            throw new Place(file, 1, 1).Problem("Python models are not supported");
        }

        if (!file.EndsWith(".sql", StringComparison.Ordinal))
        {
            return;
        }

        var parts = below.Split('/');
        var name = parts[^1][..^".sql".Length];
        _unreadable.Add(name);
        var model = new ModelFile(name, file, parts[..^1], TemplateParser.Parse(file, content));
        _unreadable.Remove(name);
        if (!_models.TryAdd(name, model))
        {
            throw new Place(file, 1, 1).Problem($"the model {name} exists already in {_models[name].File}");
        }
    }

    private void ReadMacros(string file, string content)
    {
        foreach (var node in TemplateParser.Parse(file, content))
        {
            switch (node)
            {
                case MacroNode macro when _macros.FirstOrDefault(other => other.Name == macro.Name && other.IsTest == macro.IsTest) is { } first:
                    throw macro.Place.Problem($"{macro.Name} is defined already in {first.Place.File}");
                case MacroNode macro:
                    _macros.Add(macro);
                    break;
                case TextNode text when string.IsNullOrWhiteSpace(text.Text):
                    break;
                default:
                    throw node.Place.Problem("only macros and tests may stand here");
            }
        }
    }

    private void ReadTest(string file, string below, string content)
    {
        if (below.StartsWith("generic/", StringComparison.Ordinal))
        {
            ReadMacros(file, content);
            return;
        }

        _singular.Add(new SingularTest(below.Split('/')[^1][..^".sql".Length], file, TemplateParser.Parse(file, content)));
    }

    private static Dictionary<string, object?> ProjectVars(YamlMappingNode root, string name)
    {
        var vars = Yaml.Values(Yaml.Map(ProjectFile, Yaml.Get(root, "vars")));
        if (vars.Remove(name, out var own) && own is Dictionary<string, object?> scoped)
        {
            foreach (var (key, value) in scoped)
            {
                vars[key] = value;
            }
        }

        return vars;
    }

    private static string[] Paths(YamlMappingNode root, string key, string fallback) =>
        Yaml.Get(root, key) is YamlSequenceNode list ? [.. list.Children.Select(item => ((YamlScalarNode)item).Value!.TrimEnd('/'))] : [fallback];

    private static string? Below(string file, string[] folders) =>
        folders.Where(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)).Select(folder => file[(folder.Length + 1)..]).FirstOrDefault();
}
