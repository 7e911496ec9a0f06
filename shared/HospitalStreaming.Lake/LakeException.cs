namespace HospitalStreaming.Lake;

/// <summary>The lake could not do what was asked. The message says what, where and what to do, and never holds a row's values.</summary>
public class LakeException(string message, Exception? inner = null) : Exception(message, inner);
