namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Reads a warehouse as verify needs it: several tables of one moment.</summary>
public interface IWarehouseReader
{
    /// <summary>How often it is fair to ask whether something has arrived.</summary>
    TimeSpan LookEvery { get; }

    /// <summary>Opens one read-only snapshot of the warehouse and runs the work in it.</summary>
    Task<T> InSnapshotAsync<T>(Func<IWarehouseView, CancellationToken, Task<T>> work, CancellationToken cancellation);
}
