using System.Collections.Immutable;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>A project rendered for one dialect and clock.</summary>
/// <param name="Models">The models that can be built, each after those it reads.</param>
/// <param name="Tests">The tests that can be run.</param>
/// <param name="Problems">What cannot, with file, line and column.</param>
/// <param name="LeftOut">Models that cannot be built: with a problem of their own, or built on one that has.</param>
public sealed record CompiledProject(
    ImmutableArray<CompiledModel> Models, ImmutableArray<CompiledTest> Tests, ImmutableArray<ModelProblem> Problems, ImmutableArray<string> LeftOut);
