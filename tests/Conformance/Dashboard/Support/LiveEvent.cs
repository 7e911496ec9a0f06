namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>One event of the live channel.</summary>
internal sealed record LiveEvent(string Id, string Kind, string Data);
