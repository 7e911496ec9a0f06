using System.Globalization;

namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Reads expressions by Jinja's precedence: if-else, or, and, not, comparison, ~, + -, * / // %, unary, **, then calls, filters and tests.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    public Expression Parse() => ParseChoice();

    /// <summary>An expression without a trailing if-else, for what a for-loop runs over.</summary>
    public Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.TryName("or", out var token))
        {
            left = new BinaryOf(token.Place, "or", left, ParseAnd());
        }

        return left;
    }

    public List<Argument> ParseArguments()
    {
        var arguments = new List<Argument>();
        while (!tokens.TryOperator(")", out _))
        {
            if (arguments.Count > 0)
            {
                tokens.Expect(TokenKind.Operator, ",");
                if (tokens.TryOperator(")", out _))
                {
                    break;
                }
            }

            if (tokens.Current.Kind == TokenKind.Operator && tokens.Current.Text is "*" or "**")
            {
                throw tokens.Current.Place.Problem("unpacking arguments with * or ** is not supported");
            }

            if (tokens.Current.Kind == TokenKind.Name && tokens.Next.Is(TokenKind.Operator, "="))
            {
                var name = tokens.Take().Text;
                tokens.Take();
                arguments.Add(new Argument(name, Parse()));
            }
            else
            {
                arguments.Add(new Argument(null, Parse()));
            }
        }

        return arguments;
    }

    private Expression ParseChoice()
    {
        var value = ParseOr();
        while (tokens.TryName("if", out var token))
        {
            var condition = ParseOr();
            value = new ChoiceOf(token.Place, condition, value, tokens.TryName("else", out _) ? ParseChoice() : null);
        }

        return value;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.TryName("and", out var token))
        {
            left = new BinaryOf(token.Place, "and", left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot() => tokens.TryName("not", out var token) ? new UnaryOf(token.Place, "not", ParseNot()) : ParseComparison();

    private Expression ParseComparison()
    {
        var left = ParseConcatenation();
        while (true)
        {
            var token = tokens.Current;
            if (token.Kind == TokenKind.Operator && Comparisons.Contains(token.Text))
            {
                tokens.Take();
                left = new BinaryOf(token.Place, token.Text, left, ParseConcatenation());
            }
            else if (tokens.TryName("in", out _))
            {
                left = new BinaryOf(token.Place, "in", left, ParseConcatenation());
            }
            else if (token.Is(TokenKind.Name, "not") && tokens.Next.Is(TokenKind.Name, "in"))
            {
                tokens.Take();
                tokens.Take();
                left = new UnaryOf(token.Place, "not", new BinaryOf(token.Place, "in", left, ParseConcatenation()));
            }
            else
            {
                return left;
            }
        }
    }

    private Expression ParseConcatenation() => ParseLeft(["~"], () => ParseLeft(["+", "-"], () => ParseLeft(["*", "/", "//", "%"], ParseUnary)));

    private Expression ParseLeft(string[] operators, Func<Expression> operand)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            var token = tokens.Take();
            left = new BinaryOf(token.Place, token.Text, left, operand());
        }

        return left;
    }

    private Expression ParseUnary()
    {
        if (tokens.Current.Kind == TokenKind.Operator && tokens.Current.Text is "-" or "+")
        {
            var token = tokens.Take();
            return new UnaryOf(token.Place, token.Text, ParseUnary());
        }

        var value = ParsePostfix(ParsePrimary());
        return tokens.TryOperator("**", out var power) ? new BinaryOf(power.Place, "**", value, ParseUnary()) : value;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var token = tokens.Current;
            if (tokens.TryOperator(".", out _))
            {
                value = new AttributeOf(token.Place, value, tokens.ExpectName());
            }
            else if (tokens.TryOperator("(", out _))
            {
                value = new CallOf(value.Place, value, ParseArguments());
            }
            else if (tokens.TryOperator("[", out _))
            {
                value = ParseItem(token.Place, value);
            }
            else if (tokens.TryOperator("|", out _))
            {
                var filter = tokens.Take();
                value = new FilterOf(filter.Place, value, filter.Text, tokens.TryOperator("(", out _) ? ParseArguments() : []);
            }
            else if (tokens.TryName("is", out _))
            {
                value = ParseTest(token.Place, value);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseItem(Place place, Expression target)
    {
        Expression? from = tokens.Current.Is(TokenKind.Operator, ":") ? null : Parse();
        if (tokens.TryOperator(":", out _))
        {
            Expression? to = tokens.Current.Is(TokenKind.Operator, "]") ? null : Parse();
            tokens.Expect(TokenKind.Operator, "]");
            return new SliceOf(place, target, from, to);
        }

        tokens.Expect(TokenKind.Operator, "]");
        return new ItemOf(place, target, from!);
    }

    private TestOf ParseTest(Place place, Expression target)
    {
        var negated = tokens.TryName("not", out _);
        var name = tokens.ExpectName();
        List<Argument> arguments = [];
        if (tokens.TryOperator("(", out _))
        {
            arguments = ParseArguments();
        }
        else if (tokens.Current.Kind is TokenKind.String or TokenKind.Number)
        {
            arguments = [new Argument(null, ParsePrimary())];
        }

        return new TestOf(place, target, name, arguments, negated);
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Number:
                return new Literal(token.Place, token.Text.Contains('.')
                    ? (object)decimal.Parse(token.Text, CultureInfo.InvariantCulture)
                    : long.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.String:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Take().Text;
                }

                return new Literal(token.Place, text);
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(token.Place, true),
                    "false" or "False" => new Literal(token.Place, false),
                    "none" or "None" => new Literal(token.Place, null),
                    _ => new NameOf(token.Place, token.Text),
                };
            case TokenKind.Operator when token.Text == "(":
                return ParseParenthesis(token.Place);
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(token.Place, ParseItems("]", []));
            case TokenKind.Operator when token.Text == "{":
                return ParseDict(token.Place);
            default:
                throw token.Place.Problem(token.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd or TokenKind.End
                    ? "an expression is missing" : $"'{token.Text}' is not expected here");
        }
    }

    private Expression ParseParenthesis(Place place)
    {
        if (tokens.TryOperator(")", out _))
        {
            return new ListOf(place, []);
        }

        var first = Parse();
        if (tokens.TryOperator(")", out _))
        {
            return first;
        }

        tokens.Expect(TokenKind.Operator, ",");
        return new ListOf(place, ParseItems(")", [first]));
    }

    private List<Expression> ParseItems(string close, List<Expression> items)
    {
        while (!tokens.TryOperator(close, out _))
        {
            items.Add(Parse());
            if (!tokens.TryOperator(",", out _))
            {
                tokens.Expect(TokenKind.Operator, close);
                break;
            }
        }

        return items;
    }

    private DictOf ParseDict(Place place)
    {
        var entries = new List<(Expression, Expression)>();
        while (!tokens.TryOperator("}", out _))
        {
            var key = Parse();
            tokens.Expect(TokenKind.Operator, ":");
            entries.Add((key, Parse()));
            if (!tokens.TryOperator(",", out _))
            {
                tokens.Expect(TokenKind.Operator, "}");
                break;
            }
        }

        return new DictOf(place, entries);
    }
}
