using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.State;

/// <summary>A slot as the source shows it.</summary>
/// <param name="Plugin">Output plugin.</param>
/// <param name="Database">Its database.</param>
/// <param name="ConfirmedLsn">confirmed_flush_lsn.</param>
/// <param name="WalStatus">reserved, extended, unreserved or lost.</param>
/// <param name="RetainedBytes">Log held for it.</param>
internal sealed record SlotState(string Plugin, string Database, Lsn ConfirmedLsn, string WalStatus, long RetainedBytes);
