namespace HospitalStreaming.Hosting.Health;

/// <summary>Whether a role works.</summary>
public enum RoleCondition
{
    /// <summary>Not yet: it waits for what it needs.</summary>
    Starting,

    /// <summary>It works.</summary>
    Healthy,

    /// <summary>It fails, and says why.</summary>
    Unhealthy,
}
