namespace HospitalStreaming.Hosting.Health;

/// <summary>A role's last word on itself.</summary>
/// <param name="Role">Role name, e.g. landing.</param>
/// <param name="Condition">Whether it works.</param>
/// <param name="Detail">What it waits for or what failed and what to do; empty when healthy.</param>
/// <param name="At">When it said so.</param>
public sealed record RoleState(string Role, RoleCondition Condition, string Detail, DateTimeOffset At);
