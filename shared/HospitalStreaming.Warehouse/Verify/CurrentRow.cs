using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One row of a current table.</summary>
/// <param name="Key">Key.</param>
/// <param name="Deleted">Whether it is a tombstone.</param>
/// <param name="State">What has been seen of the key.</param>
/// <param name="Values">Values in column order.</param>
public readonly record struct CurrentRow(RowKey Key, bool Deleted, KeyState State, object?[] Values);
