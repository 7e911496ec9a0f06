namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>What goes wrong with one request.</summary>
/// <param name="Status">The answer given in place of the real one; null resets the connection.</param>
/// <param name="At">Whether the request gets nowhere, half-way, or all the way before it goes wrong.</param>
public sealed record Fault(int? Status, FaultPlace At)
{
    /// <summary>Reason in the body, as Google names it.</summary>
    public string Reason { get; init; } = "scripted";

    /// <summary>Seconds that a Retry-After asks for; null for none.</summary>
    public int? RetryAfterSeconds { get; init; }
}
