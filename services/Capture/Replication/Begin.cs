using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.Replication;

/// <summary>A transaction begins.</summary>
/// <param name="CommitLsn">Where it will commit.</param>
/// <param name="CommitMicros">When it committed, microseconds since 1970.</param>
/// <param name="TransactionId">Its top-level id.</param>
internal readonly record struct Begin(Lsn CommitLsn, long CommitMicros, uint TransactionId);
