namespace HospitalStreaming.Modelling.Project;

/// <summary>A column as its schema file describes it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Description">Meaning, for docs.</param>
/// <param name="Privacy">Privacy class (meta: privacy), or null where the file gives none.</param>
/// <param name="File">Schema file.</param>
/// <param name="Line">Line of the column, from 1.</param>
public sealed record ColumnDocs(string Name, string Description, string? Privacy, string File, int Line);
