namespace HospitalStreaming.Broker;

/// <summary>The broker cannot start; the message says why and what to do, in words for the user.</summary>
public sealed class BrokerStartException(string message, Exception? cause) : Exception(message, cause);
