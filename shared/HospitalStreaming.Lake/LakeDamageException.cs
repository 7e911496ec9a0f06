namespace HospitalStreaming.Lake;

/// <summary>An object is not what its name and manifest say: truncated, altered, foreign, or gone. Trying again does not help.</summary>
public sealed class LakeDamageException(string what, Exception? inner = null) : LakeException(what, inner);
