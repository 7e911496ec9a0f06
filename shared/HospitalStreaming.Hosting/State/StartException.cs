namespace HospitalStreaming.Hosting.State;

/// <summary>The product cannot start here, for a reason its user can mend: the message says what, where and what to do. Exit code 3.</summary>
public sealed class StartException(string message) : Exception(message);
