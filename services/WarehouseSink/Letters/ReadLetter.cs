using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>A dead letter as its topic has it.</summary>
/// <param name="Id">Identity: stage:topic:partition:offset.</param>
/// <param name="Stage">Role that set it aside.</param>
/// <param name="Reason">Short code.</param>
/// <param name="Detail">Plain words; no value of the row.</param>
/// <param name="Position">Where the record was.</param>
/// <param name="At">When the letter was written.</param>
/// <param name="Key">Original key bytes.</param>
/// <param name="Value">Original value bytes.</param>
public sealed record ReadLetter(string Id, string Stage, string Reason, string Detail, LogPosition Position, DateTimeOffset At, byte[]? Key, byte[]? Value);
