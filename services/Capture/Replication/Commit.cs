using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.Replication;

/// <summary>A transaction ends.</summary>
/// <param name="CommitLsn">Its commit record.</param>
/// <param name="End">The end of that record: what is confirmed.</param>
internal readonly record struct Commit(Lsn CommitLsn, Lsn End);
