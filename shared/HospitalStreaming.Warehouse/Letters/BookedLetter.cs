using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Letters;

/// <summary>A record that was set aside or decided about, as the warehouse's books have it.</summary>
/// <param name="Table">Table.</param>
/// <param name="Place">Its place.</param>
/// <param name="HeldKey">The key it holds, or held until it was decided; null where even that could not be read.</param>
/// <param name="Poison">It cannot be applied as it is.</param>
/// <param name="Settled">A decision about it was taken into account.</param>
public sealed record BookedLetter(string Table, LetterPlace Place, RowKey? HeldKey, bool Poison, bool Settled)
{
    /// <summary>Nobody has decided about it: it holds its key.</summary>
    public bool IsOpen => Poison && !Settled;
}
