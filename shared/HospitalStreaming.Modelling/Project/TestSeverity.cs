namespace HospitalStreaming.Modelling.Project;

/// <summary>What a failing data test means.</summary>
public enum TestSeverity
{
    /// <summary>The model and what is built on it keep their last good version.</summary>
    Error,

    /// <summary>It is shown.</summary>
    Warn,
}
