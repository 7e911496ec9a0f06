namespace HospitalStreaming.Transform.Building;

/// <summary>What a cycle shall do.</summary>
/// <param name="AsOf">The clock.</param>
/// <param name="Everything">Build every model, also those nothing changed for.</param>
/// <param name="Test">Run the tests of severity error before publishing.</param>
internal sealed record BuildRequest(DateOnly AsOf, bool Everything, bool Test);
