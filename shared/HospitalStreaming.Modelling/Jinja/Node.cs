namespace HospitalStreaming.Modelling.Jinja;

/// <summary>A part of a template.</summary>
internal abstract record Node(Place Place);

internal sealed record TextNode(Place Place, string Text) : Node(Place);

internal sealed record OutputNode(Place Place, Expression Value) : Node(Place);

internal sealed record IfNode(Place Place, IReadOnlyList<(Expression? Condition, IReadOnlyList<Node> Body)> Branches) : Node(Place);

internal sealed record ForNode(
    Place Place, IReadOnlyList<string> Names, Expression Items, Expression? Where, IReadOnlyList<Node> Body, IReadOnlyList<Node> Otherwise) : Node(Place);

/// <summary>set NAME = value, set NAME.ATTRIBUTE = value, or set NAME … endset (then <paramref name="Body"/>).</summary>
internal sealed record SetNode(Place Place, IReadOnlyList<string> Names, string? Attribute, Expression? Value, IReadOnlyList<Node>? Body) : Node(Place);

internal sealed record DoNode(Place Place, Expression Value) : Node(Place);

/// <summary>A macro, or (where <paramref name="IsTest"/>) a generic test.</summary>
internal sealed record MacroNode(
    Place Place, string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Node> Body, bool IsTest) : Node(Place);
