namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>Keeps a service's rules where its stand-in breaks them.</summary>
internal interface IProxyGuard
{
    /// <summary>Whether it answers such a request itself.</summary>
    bool Takes(ProxiedRequest request);

    /// <summary>The first half of a body arrives, then the connection breaks; false where it has no use for it.</summary>
    bool TakesHalf(ProxiedRequest request) => false;

    /// <summary>The service's answer.</summary>
    Task<ProxiedResponse> CarryOutAsync(ProxiedRequest request);
}
