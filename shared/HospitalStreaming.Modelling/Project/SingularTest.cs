using HospitalStreaming.Modelling.Jinja;

namespace HospitalStreaming.Modelling.Project;

/// <summary>A test that is a query of its own; its rows are failures.</summary>
internal sealed record SingularTest(string Name, string File, IReadOnlyList<Node> Nodes);
