using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Snapshots;

/// <summary>A table to read, and the statement that reads it.</summary>
/// <param name="Encoder">Writes its rows.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="CopyStatement">COPY of every published column as the text its type prints, in binary frames.</param>
internal sealed record SnapshotTable(TableEncoder Encoder, string Topic, string CopyStatement);
