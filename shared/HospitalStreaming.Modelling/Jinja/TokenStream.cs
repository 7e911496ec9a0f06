namespace HospitalStreaming.Modelling.Jinja;

/// <summary>The tokens of one template, read from left to right.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    private int _at;

    public Token Current => tokens[Math.Min(_at, tokens.Count - 1)];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Take() => tokens[Math.Min(_at++, tokens.Count - 1)];

    public bool TryName(string name, out Token token) => Try(TokenKind.Name, name, out token);

    public bool TryOperator(string name, out Token token) => Try(TokenKind.Operator, name, out token);

    public string ExpectName() => Current.Kind == TokenKind.Name ? Take().Text : throw Current.Place.Problem($"a name is expected, not '{Current.Text}'");

    public void Expect(TokenKind kind, string text = "")
    {
        if (!Current.Is(kind, text))
        {
            var wanted = kind switch { TokenKind.BlockEnd => "%}", TokenKind.OutputEnd => "}}", _ => text };
            throw Current.Place.Problem($"'{wanted}' is expected{(Current.Text.Length > 0 ? $", not '{Current.Text}'" : string.Empty)}");
        }

        _at++;
    }

    private bool Try(TokenKind kind, string text, out Token token)
    {
        token = Current;
        if (!token.Is(kind, text))
        {
            return false;
        }

        _at++;
        return true;
    }
}
