using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>What the lake notes of a record's value without understanding the row: enough to cut at a schema change and to say which LSNs an object spans.</summary>
/// <param name="Embeddable">Whether the bytes may stand in a line as they are.</param>
/// <param name="Lsn">The source's LSN; null where the value carries none.</param>
/// <param name="Table">Hash of the table's schema and name; 0 where unknown.</param>
/// <param name="Columns">Hash of the set of column names, whatever their order; 0 where the value shows no row after the change.</param>
public readonly record struct ChangeFacts(bool Embeddable, Lsn? Lsn, ulong Table, ulong Columns);
