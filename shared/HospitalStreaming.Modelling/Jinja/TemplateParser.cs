namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Reads a whole template: text, outputs and the blocks if, for, set, do, macro, test. Any other block is refused by name.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    /// <exception cref="ModelProblemException">The template cannot be read.</exception>
    public static IReadOnlyList<Node> Parse(string file, string source)
    {
        var parser = new TemplateParser(new TokenStream(Lexer.Read(file, source)));
        var nodes = parser.ParseUntil([], out _);
        return nodes;
    }

    private List<Node> ParseUntil(string[] ends, out string end)
    {
        var opened = _tokens.Current.Place;
        var nodes = new List<Node>();
        while (true)
        {
            var token = _tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    nodes.Add(new TextNode(token.Place, token.Text));
                    break;
                case TokenKind.OutputStart:
                    nodes.Add(new OutputNode(token.Place, _expressions.Parse()));
                    _tokens.Expect(TokenKind.OutputEnd);
                    break;
                case TokenKind.BlockStart:
                    var name = _tokens.ExpectName();
                    if (ends.Contains(name))
                    {
                        end = name;
                        return nodes;
                    }

                    nodes.Add(ParseBlock(token.Place, name));
                    break;
                case TokenKind.End when ends.Length == 0:
                    end = string.Empty;
                    return nodes;
                default:
                    throw opened.Problem($"{{% {ends[^1]} %}} is missing");
            }
        }
    }

    private Node ParseBlock(Place place, string name) => name switch
    {
        "if" => ParseIf(place),
        "for" => ParseFor(place),
        "set" => ParseSet(place),
        "do" => ParseDo(place),
        "macro" => ParseMacro(place, isTest: false),
        "test" => ParseMacro(place, isTest: true),
        _ when name.StartsWith("end", StringComparison.Ordinal) || name is "else" or "elif" => throw place.Problem($"{{% {name} %}} has no beginning"),
        _ => throw place.Problem($"the block {{% {name} %}} is not supported"),
    };

    private IfNode ParseIf(Place place)
    {
        var branches = new List<(Expression?, IReadOnlyList<Node>)>();
        Expression? condition = _expressions.Parse();
        while (true)
        {
            _tokens.Expect(TokenKind.BlockEnd);
            var body = ParseUntil(condition is null ? ["endif"] : ["elif", "else", "endif"], out var end);
            branches.Add((condition, body));
            if (end == "endif")
            {
                _tokens.Expect(TokenKind.BlockEnd);
                return new IfNode(place, branches);
            }

            condition = end == "elif" ? _expressions.Parse() : null;
        }
    }

    private ForNode ParseFor(Place place)
    {
        var names = new List<string> { _tokens.ExpectName() };
        while (_tokens.TryOperator(",", out _))
        {
            names.Add(_tokens.ExpectName());
        }

        _tokens.Expect(TokenKind.Name, "in");
        var items = _expressions.ParseOr();
        var where = _tokens.TryName("if", out _) ? _expressions.Parse() : null;
        _tokens.Expect(TokenKind.BlockEnd);
        var body = ParseUntil(["else", "endfor"], out var end);
        List<Node> otherwise = [];
        if (end == "else")
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = ParseUntil(["endfor"], out _);
        }

        _tokens.Expect(TokenKind.BlockEnd);
        return new ForNode(place, names, items, where, body, otherwise);
    }

    private SetNode ParseSet(Place place)
    {
        var names = new List<string> { _tokens.ExpectName() };
        string? attribute = null;
        if (_tokens.TryOperator(".", out _))
        {
            attribute = _tokens.ExpectName();
        }

        while (attribute is null && _tokens.TryOperator(",", out _))
        {
            names.Add(_tokens.ExpectName());
        }

        if (_tokens.TryOperator("=", out _))
        {
            var value = _expressions.Parse();
            _tokens.Expect(TokenKind.BlockEnd);
            return new SetNode(place, names, attribute, value, null);
        }

        _tokens.Expect(TokenKind.BlockEnd);
        var body = ParseUntil(["endset"], out _);
        _tokens.Expect(TokenKind.BlockEnd);
        return new SetNode(place, names, attribute, null, body);
    }

    private DoNode ParseDo(Place place)
    {
        var value = _expressions.Parse();
        _tokens.Expect(TokenKind.BlockEnd);
        return new DoNode(place, value);
    }

    private MacroNode ParseMacro(Place place, bool isTest)
    {
        var name = _tokens.ExpectName();
        _tokens.Expect(TokenKind.Operator, "(");
        var parameters = new List<(string, Expression?)>();
        while (!_tokens.TryOperator(")", out _))
        {
            if (parameters.Count > 0)
            {
                _tokens.Expect(TokenKind.Operator, ",");
            }

            var parameter = _tokens.ExpectName();
            parameters.Add((parameter, _tokens.TryOperator("=", out _) ? _expressions.Parse() : null));
        }

        _tokens.Expect(TokenKind.BlockEnd);
        var body = ParseUntil([isTest ? "endtest" : "endmacro"], out _);
        _tokens.Expect(TokenKind.BlockEnd);
        return new MacroNode(place, name, parameters, body, isTest);
    }
}
