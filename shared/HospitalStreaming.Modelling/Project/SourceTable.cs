namespace HospitalStreaming.Modelling.Project;

/// <summary>A table that models read and do not make.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Table">Name of the table in the source.</param>
/// <param name="Schema">Its schema or data set; may hold Jinja.</param>
/// <param name="File">Schema file.</param>
/// <param name="Line">Line, from 1.</param>
internal sealed record SourceTable(string Source, string Table, string Schema, string File, int Line)
{
    public string Key => $"{Source}.{Table}";
}
