namespace HospitalStreaming.Core.Changes;

/// <summary>Why a message or a value cannot be used.</summary>
/// <param name="Code">Short code for dead letters, one of <see cref="RejectionCodes"/>.</param>
/// <param name="Detail">Plain words; field names and types only, never values.</param>
public sealed record ChangeRejection(string Code, string Detail);
