namespace HospitalStreaming.WarehouseSink;

/// <summary>What this process has loaded of one table.</summary>
/// <param name="Table">Table.</param>
/// <param name="Records">Records added to raw.</param>
/// <param name="RowsWritten">Rows written in current, tombstones among them.</param>
/// <param name="PoisonRecords">Records that could not be applied.</param>
/// <param name="LastDelay">From the latest loaded change's commit at the source to its load; null where no record said when it was committed.</param>
/// <param name="LoadedAt">When the last load took effect.</param>
public sealed record TableStatus(string Table, long Records, long RowsWritten, long PoisonRecords, TimeSpan? LastDelay, DateTimeOffset LoadedAt);
