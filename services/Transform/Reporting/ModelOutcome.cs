namespace HospitalStreaming.Transform.Reporting;

/// <summary>What a cycle did with a model.</summary>
public enum ModelOutcome
{
    /// <summary>Built and published.</summary>
    Built,

    /// <summary>Nothing it reads changed.</summary>
    Unchanged,

    /// <summary>It is behind and rests: it comes in a later cycle.</summary>
    Deferred,

    /// <summary>It failed, by itself or in a test; the last good version stays.</summary>
    Failed,

    /// <summary>Something it reads failed; the last good version stays.</summary>
    Held,
}
