namespace HospitalStreaming.Transform.Building;

/// <summary>What a cycle shall do.</summary>
/// <param name="AsOf">The clock.</param>
/// <param name="Everything">Build every model, also those nothing changed for.</param>
/// <param name="Test">Run all tests of severity error before publishing.</param>
/// <param name="Pace">Which models and tests a cycle takes on; null for all of them.</param>
internal sealed record BuildRequest(DateOnly AsOf, bool Everything, bool Test, Pace? Pace);
