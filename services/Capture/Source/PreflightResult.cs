using System.Collections.Immutable;

namespace HospitalStreaming.Capture.Source;

/// <summary>What the preflight found.</summary>
/// <param name="Problems">Capture waits until they are mended.</param>
/// <param name="Warnings">Capture goes on.</param>
internal sealed record PreflightResult(ImmutableArray<string> Problems, ImmutableArray<string> Warnings);
