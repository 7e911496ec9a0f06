using System.Globalization;

namespace HospitalStreaming.Core.Batching;

/// <summary>One break of a chain.</summary>
/// <param name="Kind">How.</param>
/// <param name="From">First offset concerned.</param>
/// <param name="Until">First offset no longer concerned.</param>
public readonly record struct ChainFault(ChainFaultKind Kind, long From, long Until)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ChainFaultKind.Gap => string.Create(CultureInfo.InvariantCulture, $"offsets {From} to {Until - 1} are in no object"),
        ChainFaultKind.Overlap => string.Create(CultureInfo.InvariantCulture, $"offsets {From} to {Until - 1} are in two objects"),
        _ => string.Create(CultureInfo.InvariantCulture, $"the object at {From} says it ends at {Until}"),
    };
}
