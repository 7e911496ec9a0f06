using System.Text;

namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Cuts a template into text and the tokens of its {{ }} and {% %} parts; comments and whitespace control are settled here.</summary>
internal sealed class Lexer(string file, string source)
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|"];

    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _column = 1;
    private bool _trimNext;

    private Place Here => new(file, _line, _column);

    public static IReadOnlyList<Token> Read(string file, string source) => new Lexer(file, source.Replace("\r\n", "\n", StringComparison.Ordinal)).Run();

    private List<Token> Run()
    {
        while (_at < source.Length)
        {
            var next = NextTag();
            ReadText(next);
            if (_at >= source.Length)
            {
                break;
            }

            var place = Here;
            if (source[_at + 1] == '#')
            {
                SkipComment(place);
                continue;
            }

            var output = source[_at + 1] == '{';
            Skip(2);
            if (Peek() is '-' or '+')
            {
                Skip(1);
            }

            _tokens.Add(new Token(output ? TokenKind.OutputStart : TokenKind.BlockStart, string.Empty, place));
            ReadInside(place, output);
            if (!output && IsRaw())
            {
                ReadRaw();
            }
        }

        _tokens.Add(new Token(TokenKind.End, string.Empty, Here));
        return _tokens;
    }

    private int NextTag()
    {
        for (var i = _at; i < source.Length - 1; i++)
        {
            if (source[i] == '{' && source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return source.Length;
    }

    private void ReadText(int end)
    {
        var place = Here;
        var text = source[_at..end];
        Skip(end - _at);
        if (_trimNext)
        {
            text = text.TrimStart();
            _trimNext = false;
        }

        // {%- trims before itself; {% on a line of its own keeps its line break, as in dbt.
        if (end + 2 < source.Length && source[end + 2] == '-')
        {
            text = text.TrimEnd();
        }

        if (text.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Text, text, place));
        }
    }

    private void SkipComment(Place place)
    {
        var end = source.IndexOf("#}", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw place.Problem("the comment {# is not closed");
        }

        _trimNext = source[end - 1] == '-';
        Skip(end + 2 - _at);
    }

    private void ReadInside(Place start, bool output)
    {
        var close = output ? "}}" : "%}";
        var depth = 0;
        while (true)
        {
            while (_at < source.Length && char.IsWhiteSpace(source[_at]))
            {
                Skip(1);
            }

            if (_at >= source.Length)
            {
                throw start.Problem(output ? "{{ is not closed" : "{% is not closed");
            }

            var trims = Peek() == '-' && StartsWith(close, 1);
            if (depth == 0 && (trims || StartsWith(close, 0)))
            {
                _tokens.Add(new Token(output ? TokenKind.OutputEnd : TokenKind.BlockEnd, string.Empty, Here));
                Skip(trims ? 3 : 2);
                _trimNext = trims;
                return;
            }

            var token = ReadToken();
            depth += token.Kind != TokenKind.Operator ? 0 : token.Text is "{" or "[" or "(" ? 1 : token.Text is "}" or "]" or ")" ? -1 : 0;
            _tokens.Add(token);
        }
    }

    private Token ReadToken()
    {
        var place = Here;
        var c = source[_at];
        if (char.IsLetter(c) || c == '_')
        {
            return new Token(TokenKind.Name, Take(static x => char.IsLetterOrDigit(x) || x == '_'), place);
        }

        if (char.IsAsciiDigit(c))
        {
            var digits = Take(char.IsAsciiDigit);
            if (Peek() == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))
            {
                Skip(1);
                digits += "." + Take(char.IsAsciiDigit);
            }

            return new Token(TokenKind.Number, digits, place);
        }

        if (c is '\'' or '"')
        {
            return new Token(TokenKind.String, ReadString(place, c), place);
        }

        foreach (var op in Operators)
        {
            if (StartsWith(op, 0))
            {
                Skip(op.Length);
                return new Token(TokenKind.Operator, op, place);
            }
        }

        throw place.Problem($"unexpected character '{c}'");
    }

    private string ReadString(Place place, char quote)
    {
        Skip(1);
        var text = new StringBuilder();
        while (_at < source.Length && source[_at] != quote)
        {
            if (source[_at] == '\\' && _at + 1 < source.Length)
            {
                Skip(1);
                text.Append(source[_at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
            else
            {
                text.Append(source[_at]);
            }

            Skip(1);
        }

        if (_at >= source.Length)
        {
            throw place.Problem("the string is not closed");
        }

        Skip(1);
        return text.ToString();
    }

    private bool IsRaw() => _tokens is [.., { Kind: TokenKind.BlockStart }, { Kind: TokenKind.Name, Text: "raw" }, { Kind: TokenKind.BlockEnd }];

    private void ReadRaw()
    {
        var place = _tokens[^3].Place;
        _tokens.RemoveRange(_tokens.Count - 3, 3);
        for (var i = _at; i < source.Length; i++)
        {
            if (source[i] != '{' || i + 1 >= source.Length || source[i + 1] != '%')
            {
                continue;
            }

            var close = source.IndexOf("%}", i, StringComparison.Ordinal);
            if (close > 0 && source[(i + 2)..close].Trim('-', ' ') == "endraw")
            {
                _tokens.Add(new Token(TokenKind.Text, source[_at..i], Here));
                Skip(close + 2 - _at);
                return;
            }
        }

        throw place.Problem("{% raw %} is not closed by {% endraw %}");
    }

    private char Peek() => _at < source.Length ? source[_at] : '\0';

    private bool StartsWith(string text, int offset) => string.CompareOrdinal(source, _at + offset, text, 0, text.Length) == 0;

    private string Take(Func<char, bool> wanted)
    {
        var start = _at;
        while (_at < source.Length && wanted(source[_at]))
        {
            Skip(1);
        }

        return source[start.._at];
    }

    private void Skip(int characters)
    {
        for (var end = Math.Min(_at + characters, source.Length); _at < end; _at++)
        {
            if (source[_at] == '\n')
            {
                _line++;
                _column = 1;
            }
            else
            {
                _column++;
            }
        }
    }
}
