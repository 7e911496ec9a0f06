using System.Collections.Concurrent;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.WarehouseSink;

/// <summary>What the loader is doing, for status and the dashboard. Reading it costs nothing.</summary>
public sealed class WarehouseSinkStatus
{
    private readonly ConcurrentDictionary<string, TableStatus> _tables = new(StringComparer.Ordinal);

    /// <summary>One entry a table loaded by this process, by name.</summary>
    public IReadOnlyList<TableStatus> Tables => [.. _tables.Values.OrderBy(table => table.Table, StringComparer.Ordinal)];

    /// <summary>Change topics that stopped, with the reason; they are looked at again every few seconds.</summary>
    public IReadOnlyDictionary<string, string> Stopped { get; internal set; } = new Dictionary<string, string>();

    internal void Loaded(LoadResult result, DateTimeOffset now)
    {
        foreach (var load in result.Tables)
        {
            _tables.AddOrUpdate(
                load.Table,
                static (_, fresh) => Next(new TableStatus(fresh.Load.Table, 0, 0, 0, null, fresh.Now), fresh),
                static (_, before, fresh) => Next(before, fresh),
                (Load: load, Now: now));
        }
    }

    private static TableStatus Next(TableStatus before, (TableLoad Load, DateTimeOffset Now) fresh) => before with
    {
        Records = before.Records + fresh.Load.RawRows,
        RowsWritten = before.RowsWritten + fresh.Load.Written,
        PoisonRecords = before.PoisonRecords + fresh.Load.Poison,
        LastDelay = fresh.Load.LastCommittedAt is { } committed ? fresh.Now - committed : before.LastDelay,
        LoadedAt = fresh.Now,
    };
}
