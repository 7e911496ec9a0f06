using System.Text;

namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Renders a parsed template in a scope.</summary>
internal static class Renderer
{
    private const int MaxDepth = 64;
    private const int MaxItems = 100_000;

    [ThreadStatic]
    private static int _depth;

    public static string Render(IReadOnlyList<Node> nodes, Scope scope)
    {
        var text = new StringBuilder();
        Render(nodes, scope, text);
        return text.ToString();
    }

    /// <summary>A macro as something to call, its free names looked up where it was defined.</summary>
    public static Callable Macro(MacroNode macro, Scope globals) => arguments =>
    {
        var scope = new Scope(globals);
        if (arguments.Positional.Count > macro.Parameters.Count)
        {
            throw arguments.Place.Problem($"{macro.Name} takes {macro.Parameters.Count} arguments, not {arguments.Positional.Count}");
        }

        if (arguments.Named.Keys.FirstOrDefault(name => macro.Parameters.All(parameter => parameter.Name != name)) is { } unknown)
        {
            throw arguments.Place.Problem($"{macro.Name} has no argument {unknown}");
        }

        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (name, fallback) = macro.Parameters[i];
            var given = i < arguments.Positional.Count || arguments.Named.ContainsKey(name);
            scope.Set(name, given ? arguments.Get(i, name) : fallback is null ? new Undefined(name) : Evaluator.Evaluate(fallback, scope));
        }

        if (++_depth > MaxDepth)
        {
            _depth = 0;
            throw arguments.Place.Problem($"{macro.Name} calls itself too deeply");
        }

        try
        {
            return Render(macro.Body, scope);
        }
        catch (ReturnSignal signal)
        {
            return signal.Value;
        }
        finally
        {
            _depth = Math.Max(0, _depth - 1);
        }
    };

    private static void Render(IReadOnlyList<Node> nodes, Scope scope, StringBuilder text)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TextNode plain:
                    text.Append(plain.Text);
                    break;
                case OutputNode output:
                    text.Append(Values.Text(Evaluator.Evaluate(output.Value, scope), output.Value.Place));
                    break;
                case IfNode branch:
                    foreach (var (condition, body) in branch.Branches)
                    {
                        if (condition is null || Values.IsTrue(Evaluator.Evaluate(condition, scope)))
                        {
                            Render(body, scope, text);
                            break;
                        }
                    }

                    break;
                case ForNode loop:
                    RenderLoop(loop, scope, text);
                    break;
                case SetNode set:
                    Set(set, scope);
                    break;
                case DoNode action:
                    Evaluator.Evaluate(action.Value, scope);
                    break;
                case MacroNode { IsTest: false } macro:
                    scope.Set(macro.Name, Macro(macro, scope));
                    break;
                default:
                    throw node.Place.Problem("this block does not belong here");
            }
        }
    }

    private static void RenderLoop(ForNode loop, Scope scope, StringBuilder text)
    {
        var items = Values.Items(Evaluator.Evaluate(loop.Items, scope), loop.Items.Place).Where(item =>
        {
            var inner = new Scope(scope);
            Bind(loop, inner, item);
            return loop.Where is null || Values.IsTrue(Evaluator.Evaluate(loop.Where, inner));
        }).ToList();
        if (items.Count > MaxItems)
        {
            throw loop.Place.Problem($"the loop runs over more than {MaxItems} items");
        }

        if (items.Count == 0)
        {
            Render(loop.Otherwise, scope, text);
        }

        for (var i = 0; i < items.Count; i++)
        {
            var inner = new Scope(scope);
            Bind(loop, inner, items[i]);
            inner.Set("loop", new JinjaObject("loop", new Dictionary<string, object?>
            {
                ["index"] = i + 1L,
                ["index0"] = (long)i,
                ["revindex"] = (long)(items.Count - i),
                ["first"] = i == 0,
                ["last"] = i == items.Count - 1,
                ["length"] = (long)items.Count,
            }));
            Render(loop.Body, inner, text);
        }
    }

    private static void Bind(ForNode loop, Scope scope, object? item)
    {
        if (loop.Names.Count == 1)
        {
            scope.Set(loop.Names[0], item);
            return;
        }

        if (item is not List<object?> parts || parts.Count != loop.Names.Count)
        {
            throw loop.Place.Problem($"each item must have {loop.Names.Count} parts");
        }

        for (var i = 0; i < parts.Count; i++)
        {
            scope.Set(loop.Names[i], parts[i]);
        }
    }

    private static void Set(SetNode set, Scope scope)
    {
        var value = set.Body is null ? Evaluator.Evaluate(set.Value!, scope) : Render(set.Body, new Scope(scope));
        if (set.Attribute is not null)
        {
            var target = scope.Get(set.Names[0]) as Namespace ?? throw set.Place.Problem($"{set.Names[0]} is not a namespace");
            target.Members[set.Attribute] = value;
        }
        else if (set.Names.Count == 1)
        {
            scope.Set(set.Names[0], value);
        }
        else
        {
            var parts = Values.Items(value, set.Place);
            if (parts.Count != set.Names.Count)
            {
                throw set.Place.Problem($"{set.Names.Count} names need as many values, not {parts.Count}");
            }

            for (var i = 0; i < parts.Count; i++)
            {
                scope.Set(set.Names[i], parts[i]);
            }
        }
    }
}
