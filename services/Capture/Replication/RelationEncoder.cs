using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Replication;

/// <summary>How a relation's rows are written and where they go.</summary>
/// <param name="Encoder">Writes them.</param>
/// <param name="Topic">Topic.</param>
/// <param name="Captured">Whether the table is in the include list.</param>
internal sealed record RelationEncoder(TableEncoder Encoder, string Topic, bool Captured);
