using HospitalStreaming.Modelling.Jinja;

namespace HospitalStreaming.Modelling.Project;

/// <summary>A model's file, parsed.</summary>
/// <param name="Name">File name without .sql.</param>
/// <param name="File">Path inside the project.</param>
/// <param name="Folders">Folders below the model path, outermost first.</param>
/// <param name="Nodes">Its template.</param>
internal sealed record ModelFile(string Name, string File, IReadOnlyList<string> Folders, IReadOnlyList<Node> Nodes);
