namespace HospitalStreaming.Core.Batching;

/// <summary>How a chain of objects can be broken.</summary>
public enum ChainFaultKind
{
    /// <summary>An object is missing.</summary>
    Gap,

    /// <summary>Two objects hold the same offsets.</summary>
    Overlap,

    /// <summary>An object says that it ends where or before it starts.</summary>
    Empty,
}
