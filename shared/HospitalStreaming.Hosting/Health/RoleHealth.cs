using System.Collections.Concurrent;

namespace HospitalStreaming.Hosting.Health;

/// <summary>What each role says of itself; the health endpoints, status and the dashboard read it.</summary>
public sealed class RoleHealth(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, RoleState> _states = new(StringComparer.Ordinal);

    /// <summary>Every role's last word, by role name.</summary>
    public IReadOnlyCollection<RoleState> States => [.. _states.Values.OrderBy(state => state.Role, StringComparer.Ordinal)];

    /// <summary>The role waits for something before it can work.</summary>
    public void Starting(string role, string waitingFor) => Set(role, RoleCondition.Starting, waitingFor);

    /// <summary>The role works; call it on every turn of its loop, so that a stuck loop shows.</summary>
    public void Healthy(string role) => Set(role, RoleCondition.Healthy, string.Empty);

    /// <summary>A part fails and is retried, or stopped loudly; the line goes on.</summary>
    /// <param name="role">Role name.</param>
    /// <param name="why">What, where and what to do; no row values.</param>
    public void Unhealthy(string role, string why) => Set(role, RoleCondition.Unhealthy, why);

    private void Set(string role, RoleCondition condition, string detail) =>
        _states[role] = new RoleState(role, condition, detail, clock.GetUtcNow());
}
