using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Letters;

/// <summary>Place of a record in the log.</summary>
/// <param name="Stream">Topic, life of the topic, partition.</param>
/// <param name="Offset">Offset.</param>
public readonly record struct LetterPlace(LakeStream Stream, long Offset);
