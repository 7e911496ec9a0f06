namespace HospitalStreaming.Postgres.Embedded;

/// <summary>A server cannot be started; the message is meant for the user: what, where, and what to do.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
