namespace HospitalStreaming.Capture.Replication;

/// <summary>One column of a relation message.</summary>
/// <param name="InIdentity">Part of the replica identity.</param>
/// <param name="Name">Name.</param>
/// <param name="TypeId">pg_type.oid.</param>
/// <param name="Modifier">atttypmod.</param>
internal sealed record RelationColumn(bool InIdentity, string Name, uint TypeId, int Modifier);
