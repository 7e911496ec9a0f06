using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using HospitalStreaming.Modelling.Jinja;
using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>Renders data tests: dbt's four (not_null, unique, accepted_values, relationships), the project's generic ones, and test queries.</summary>
internal sealed partial class TestCompiler(
    DbtProject project, CompileOptions options, IReadOnlyDictionary<string, CompiledModel> models, List<ModelProblem> problems)
{
    public ImmutableArray<CompiledTest> Compile()
    {
        var tests = new List<CompiledTest>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var declaration in project.Docs.Values.OrderBy(docs => docs.Name, StringComparer.Ordinal).SelectMany(docs => docs.Tests))
        {
            if (models.ContainsKey(declaration.Model))
            {
                Attempt(() => Add(Generic(declaration), declaration.Place));
            }
        }

        foreach (var test in project.SingularTests)
        {
            Attempt(() => Add(Singular(test), new Place(test.File, 1, 1)));
        }

        return [.. tests];

        void Add(CompiledTest test, Place place) =>
            tests.Add(names.Add(test.Name) ? test : throw place.Problem($"two tests are called {test.Name}: give one a name"));
    }

    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (ModelProblemException problem)
        {
            problems.Add(problem.Problem);
        }
    }

    private CompiledTest Generic(TestDeclaration test)
    {
        var context = Context();
        var model = models[test.Model];
        var relation = test.Where is null
            ? context.Relation(model.Relation)
            : new JinjaObject("model", new Dictionary<string, object?>(),
                $"(select * from {model.Relation.In(options.Dialect)} where {Renderer.Render(TemplateParser.Parse(test.File, test.Where), context.Globals)}) as filtered");
        var arguments = test.Arguments.ToDictionary(pair => pair.Key, pair => Argument(pair.Value, test, context));
        var sql = project.Macros.FirstOrDefault(macro => macro.IsTest && macro.Name == test.Test) is { } macro
            ? Custom(macro, test, relation, arguments, context)
            : BuiltIn(test, relation.ToString(), arguments);
        return new CompiledTest(
            NameOf(test), test.Model, test.Severity, sql.Trim(), [.. context.Refs.Keys.Append(test.Model).Distinct()], test.File, test.Line);
    }

    private static string Custom(
        MacroNode macro, TestDeclaration test, JinjaObject relation, Dictionary<string, object?> arguments, RenderContext context)
    {
        arguments["model"] = relation;
        if (test.Column is not null)
        {
            arguments.TryAdd("column_name", test.Column);
        }

        return Values.Text(Renderer.Macro(macro, context.Globals)(new CallArguments(test.Place, [], arguments)), test.Place);
    }

    private static string BuiltIn(TestDeclaration test, string relation, Dictionary<string, object?> arguments)
    {
        var place = test.Place;
        var column = test.Column ?? arguments.GetValueOrDefault("column_name") as string;
        return test.Test switch
        {
            "not_null" => $"select {Column()} from {relation} where {Column()} is null",
            "unique" => $"select {Column()} from {relation} where {Column()} is not null group by {Column()} having count(*) > 1",
            "accepted_values" => $"select {Column()} from {relation} where {Column()} not in ({AcceptedValues()})",
            "relationships" => $"select child.{Column()} from (select {Column()} from {relation} where {Column()} is not null) as child "
                + $"left join {Text("to")} as parent on child.{Column()} = parent.{Text("field")} where parent.{Text("field")} is null",
            _ => throw place.Problem($"the test {test.Test} is not known: it is none of dbt's four and no macro of the project"),
        };

        string Column() => column ?? throw place.Problem($"{test.Test} must stand at a column");

        string Text(string name) => arguments.TryGetValue(name, out var value) && value is not null
            ? Values.Text(value, place) : throw place.Problem($"{test.Test} needs the argument {name}");

        string AcceptedValues()
        {
            var quoted = arguments.GetValueOrDefault("quote") is not false;
            return string.Join(", ", Values.Items(arguments.GetValueOrDefault("values"), place).Select(value =>
                quoted ? $"'{Values.Text(value, place).Replace("'", "''", StringComparison.Ordinal)}'" : Values.Text(value, place)));
        }
    }

    private CompiledTest Singular(SingularTest test)
    {
        var context = Context();
        var sql = Renderer.Render(test.Nodes, context.Globals).Trim().TrimEnd(';');
        var owner = context.Refs.Keys.FirstOrDefault() ?? throw new Place(test.File, 1, 1).Problem("the test refers to no model");
        return new CompiledTest(test.Name, owner, TestSeverity.Error, sql, [.. context.Refs.Keys], test.File, 1);
    }

    private RenderContext Context()
    {
        RenderContext? context = null;
        context = new RenderContext(project, options, null, null)
        {
            RefName = name => models.TryGetValue(name, out var model) ? context!.Relation(model.Relation) : null,
        };
        return context;
    }

    /// <summary>As in dbt, a text that is a call of ref, source or var is evaluated.</summary>
    private static object? Argument(object? value, TestDeclaration test, RenderContext context) => value switch
    {
        string text when CallPattern().IsMatch(text) =>
            Evaluator.Evaluate(new ExpressionParser(new TokenStream([.. Lexer.Read(test.File, "{{" + text + "}}").Skip(1)])).Parse(), context.Globals),
        string text when text.Contains("{{", StringComparison.Ordinal) => Renderer.Render(TemplateParser.Parse(test.File, text), context.Globals),
        List<object?> list => list.Select(item => Argument(item, test, context)).ToList(),
        _ => value,
    };

    private static string NameOf(TestDeclaration test)
    {
        if (test.Name is not null)
        {
            return test.Name;
        }

        var name = new StringBuilder($"{test.Test}_{test.Model}");
        if (test.Column is not null)
        {
            name.Append('_').Append(test.Column);
        }

        foreach (var value in test.Arguments.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value))
        {
            foreach (var part in value is List<object?> list ? list : [value])
            {
                name.Append("__").Append(NotAName().Replace(part?.ToString() ?? string.Empty, "_").Trim('_'));
            }
        }

        return name.Length <= 120 ? name.ToString() : name.ToString(0, 120);
    }

    [GeneratedRegex(@"^\s*(ref|source|var)\s*\(.*\)\s*$")]
    private static partial Regex CallPattern();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NotAName();
}
