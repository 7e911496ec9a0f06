using HospitalStreaming.Modelling.Compiling;

namespace HospitalStreaming.Transform.Building;

/// <summary>What a model needs in this cycle.</summary>
/// <param name="Model">The model.</param>
/// <param name="State">How the last cycle left it; null where it was never built.</param>
/// <param name="Definition">What it is made of now.</param>
/// <param name="Inputs">The versions of what it reads in this snapshot.</param>
/// <param name="Layout">Whether its object must be made or checked: it is new, edited or failed.</param>
/// <param name="Rows">Whether it is a table whose rows may have changed.</param>
internal sealed record ModelPlan(CompiledModel Model, ModelState? State, string Definition, string Inputs, bool Layout, bool Rows)
{
    /// <summary>Whether it waits for a build that a cycle may put off.</summary>
    public bool IsBehind => Rows;
}
