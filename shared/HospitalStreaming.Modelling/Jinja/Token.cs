namespace HospitalStreaming.Modelling.Jinja;

internal enum TokenKind
{
    Text,
    OutputStart,
    OutputEnd,
    BlockStart,
    BlockEnd,
    Name,
    Number,
    String,
    Operator,
    End,
}

internal sealed record Token(TokenKind Kind, string Text, Place Place)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;
}
