namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>A decision about a letter that cannot be taken; the message says why and what can be done, without any value of the record.</summary>
public sealed class LetterRefusedException(string message) : Exception(message);
