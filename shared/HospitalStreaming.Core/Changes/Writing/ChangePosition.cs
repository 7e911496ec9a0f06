namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Where and when a change was made.</summary>
/// <param name="Lsn">Place of the change itself.</param>
/// <param name="LastCommit">End of the transaction before, null at the start of a stream and in a snapshot.</param>
/// <param name="TransactionId">Top-level transaction, null where the log does not say.</param>
/// <param name="CommitMicros">Commit time, microseconds since 1970; of a snapshot row the snapshot's time.</param>
/// <param name="Snapshot">Where in a snapshot.</param>
public readonly record struct ChangePosition(Lsn Lsn, Lsn? LastCommit, uint? TransactionId, long CommitMicros, SnapshotMarker Snapshot = SnapshotMarker.None);
