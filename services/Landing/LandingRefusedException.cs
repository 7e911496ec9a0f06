namespace HospitalStreaming.Landing;

/// <summary>Landing must not go on as things are; the message says what is wrong and what to do. It carries no row values.</summary>
internal sealed class LandingRefusedException(string message) : Exception(message);
