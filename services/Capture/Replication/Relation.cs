namespace HospitalStreaming.Capture.Replication;

/// <summary>A table as it is for the rows that follow.</summary>
/// <param name="Id">Its object id.</param>
/// <param name="Schema">Schema.</param>
/// <param name="Name">Name.</param>
/// <param name="Identity">Replica identity: d default, n nothing, f full, i index.</param>
/// <param name="Columns">Columns in table order.</param>
internal sealed record Relation(uint Id, string Schema, string Name, char Identity, IReadOnlyList<RelationColumn> Columns);
