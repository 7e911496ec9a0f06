namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>Where a request goes wrong.</summary>
public enum FaultPlace
{
    /// <summary>Nothing arrives.</summary>
    Start,

    /// <summary>Half of the body is sent, or half of the answer comes back.</summary>
    Middle,

    /// <summary>The server has done it; the answer is lost.</summary>
    End,
}
