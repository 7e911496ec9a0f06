using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.State;

/// <summary>Which source this is and where its log ends.</summary>
/// <param name="SystemId">System identifier of the cluster.</param>
/// <param name="Timeline">Timeline.</param>
/// <param name="CurrentLsn">End of its log.</param>
internal sealed record SourceIdentity(string SystemId, uint Timeline, Lsn CurrentLsn);
