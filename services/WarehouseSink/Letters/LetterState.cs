namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>How a letter stands.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="State">open, redriven or skipped; of a decision that the warehouse has yet to take into account: redrive due, skip due.</param>
/// <param name="HoldsKey">Its key's later changes wait for it.</param>
public sealed record LetterState(ReadLetter Letter, string State, bool HoldsKey);
