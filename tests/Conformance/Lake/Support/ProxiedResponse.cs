namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>An answer on its way back through the proxy.</summary>
internal sealed record ProxiedResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body);
