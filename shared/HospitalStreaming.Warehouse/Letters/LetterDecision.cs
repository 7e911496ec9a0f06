using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Letters;

/// <summary>A decision about one record of a change topic, by its place in the log. It is final: one place is decided once.</summary>
/// <param name="Stream">Topic, life of the topic, partition.</param>
/// <param name="Offset">Offset.</param>
/// <param name="Action">What to do.</param>
/// <param name="Record">The record to read in its place; null for a skip.</param>
public sealed record LetterDecision(LakeStream Stream, long Offset, LetterAction Action, LakeRecord? Record)
{
    /// <summary>Its place.</summary>
    public LetterPlace Place => new(Stream, Offset);
}
