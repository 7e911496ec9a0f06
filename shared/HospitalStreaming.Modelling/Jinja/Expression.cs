namespace HospitalStreaming.Modelling.Jinja;

/// <summary>An expression of a template.</summary>
internal abstract record Expression(Place Place);

internal sealed record Literal(Place Place, object? Value) : Expression(Place);

internal sealed record NameOf(Place Place, string Name) : Expression(Place);

internal sealed record ListOf(Place Place, IReadOnlyList<Expression> Items) : Expression(Place);

internal sealed record DictOf(Place Place, IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression(Place);

internal sealed record AttributeOf(Place Place, Expression Target, string Name) : Expression(Place);

internal sealed record ItemOf(Place Place, Expression Target, Expression Index) : Expression(Place);

internal sealed record SliceOf(Place Place, Expression Target, Expression? From, Expression? To) : Expression(Place);

internal sealed record CallOf(Place Place, Expression Target, IReadOnlyList<Argument> Arguments) : Expression(Place);

internal sealed record FilterOf(Place Place, Expression Target, string Filter, IReadOnlyList<Argument> Arguments) : Expression(Place);

internal sealed record TestOf(Place Place, Expression Target, string Test, IReadOnlyList<Argument> Arguments, bool Negated) : Expression(Place);

internal sealed record UnaryOf(Place Place, string Operator, Expression Operand) : Expression(Place);

internal sealed record BinaryOf(Place Place, string Operator, Expression Left, Expression Right) : Expression(Place);

internal sealed record ChoiceOf(Place Place, Expression Condition, Expression Then, Expression? Else) : Expression(Place);

/// <summary>An argument of a call; <paramref name="Name"/> is null for a positional one.</summary>
internal sealed record Argument(string? Name, Expression Value);
