namespace HospitalStreaming.Warehouse.Sql;

/// <summary>A small query result: column names and rows of values (long, decimal, string, bool, DateOnly, DateTimeOffset or null).</summary>
/// <param name="Columns">Column names in order.</param>
/// <param name="Rows">One array a row, in column order.</param>
public sealed record WarehouseRows(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows);
