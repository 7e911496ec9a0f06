using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Reads a warehouse as verify needs it: several tables of one moment.</summary>
public interface IWarehouseReader
{
    /// <summary>How often it is fair to ask whether something has arrived.</summary>
    TimeSpan LookEvery { get; }

    /// <summary>
    /// The form in which values of described columns compare, whoever holds them: the source, records, current. As PostgreSQL prints them where the
    /// warehouse is one; null for what does not compare.
    /// </summary>
    string? Compared(SourceType type, string text) => text;

    /// <summary>Opens one read-only snapshot of the warehouse and runs the work in it.</summary>
    Task<T> InSnapshotAsync<T>(Func<IWarehouseView, CancellationToken, Task<T>> work, CancellationToken cancellation);
}
