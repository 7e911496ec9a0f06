using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Letters;

/// <summary>A raw row of a key: a change, or a poison record that holds the key from there on.</summary>
/// <param name="Place">Its place.</param>
/// <param name="Key">The key.</param>
/// <param name="Change">What it does; null where it holds the key.</param>
internal readonly record struct PlacedChange(RawPlace Place, RowKey Key, RowChange? Change)
{
    /// <summary>Stands for a poison record's own reason where that does not matter.</summary>
    internal static ChangeRejection Unread { get; } = new(RejectionCodes.BadJson, "set aside");

    /// <summary>What a record that was set aside or decided about does to a key: nothing, its change, or hold it.</summary>
    internal static IEnumerable<PlacedChange> OfLetter(RawPlace place, RecordReader reader, LetterDecision? decision, ReadRecord own, int sourceEpoch)
    {
        var effect = LetterDecisions.Effect(reader, decision, own, sourceEpoch);
        if (effect.Change is { } change)
        {
            yield return new PlacedChange(place, change.Key, change);
        }
        else if (effect is { Poison: not null, HeldKey: { } key })
        {
            yield return new PlacedChange(place, key, null);
        }
    }

    /// <summary>A key's changes in log order, up to what holds it.</summary>
    internal static IReadOnlyList<RowChange> History(IEnumerable<PlacedChange> rows) =>
        [.. rows.OrderBy(row => row.Place).TakeWhile(row => row.Change is not null).Select(row => row.Change!.Value)];
}
