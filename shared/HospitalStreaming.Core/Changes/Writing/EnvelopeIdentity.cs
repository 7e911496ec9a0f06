namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>What stays the same in every source block of a capture.</summary>
/// <param name="Version">Product and version.</param>
/// <param name="TopicPrefix">topic.prefix.</param>
/// <param name="Database">Database captured.</param>
/// <param name="TombstonesOnDelete">tombstones.on.delete.</param>
/// <param name="TransactionMetadata">provide.transaction.metadata.</param>
/// <param name="SkippedOperations">skipped.operations: c, u, d and t that are not written.</param>
public sealed record EnvelopeIdentity(
    string Version, string TopicPrefix, string Database, bool TombstonesOnDelete = true, bool TransactionMetadata = false, IReadOnlySet<char>? SkippedOperations = null);
