using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Letters;

/// <summary>Decisions by place. With them a record has one reading, whether it was decided before it was loaded (a rebuild) or after.</summary>
/// <param name="decisions">Each place at most once.</param>
public sealed class LetterDecisions(IEnumerable<LetterDecision> decisions)
{
    private readonly Dictionary<LetterPlace, LetterDecision> _byPlace = decisions.ToDictionary(decision => decision.Place);

    /// <summary>Nothing was ever decided.</summary>
    public static LetterDecisions None { get; } = new([]);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<LetterDecision> All => _byPlace.Values;

    /// <summary>The decision about a place; null where there is none.</summary>
    public LetterDecision? Find(string topic, string streamEpoch, int partition, long offset) =>
        _byPlace.Count > 0 ? Find(new LetterPlace(new LakeStream(topic, streamEpoch, partition), offset)) : null;

    /// <summary>The decision about a place; null where there is none.</summary>
    public LetterDecision? Find(LetterPlace place) => _byPlace.GetValueOrDefault(place);

    /// <summary>What a record does once its decision is taken into account; as it was read where there is none.</summary>
    /// <param name="reader">Reader of its table.</param>
    /// <param name="decision">The decision about its place.</param>
    /// <param name="own">The record as it was read.</param>
    /// <param name="sourceEpoch">Source epoch of its place.</param>
    public static ReadRecord Effect(RecordReader reader, LetterDecision? decision, in ReadRecord own, int sourceEpoch) => decision switch
    {
        null => own,
        { Record: LakeRecord instead } => reader.Read(instead, sourceEpoch),
        _ => default,
    };
}
