namespace HospitalStreaming.Core.Merging;

/// <summary>One scalar of a change's message.</summary>
/// <param name="Start">Where it begins, its quotes included.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Role">What it is read for.</param>
/// <param name="Column">Place of its column in the table, where its role is that.</param>
internal readonly record struct RecordScalar(int Start, int End, RecordRole Role, int Column);
