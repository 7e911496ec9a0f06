using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>The hospital's database as verify sees it.</summary>
public interface ILineSource
{
    /// <summary>
    /// Waits until capture has published its first snapshot and confirmed something of the stream behind it: rows that the snapshot has not
    /// published yet cannot be told from lost ones, and those it reads after ours show a later state.
    /// </summary>
    /// <returns>Null when it does; else, in plain words, why not.</returns>
    Task<string?> WaitStreamingAsync(TimeSpan atMost, CancellationToken cancellation);

    /// <summary>Reads all tables in one short read-only snapshot, and what that snapshot sees.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="compared">The form in which values of described columns compare (<see cref="IWarehouseReader.Compared"/>).</param>
    /// <param name="cancellation">Stops it.</param>
    Task<SourceSnapshot> ReadAsync(IReadOnlyList<TableDescription> tables, Func<SourceType, string, string?> compared, CancellationToken cancellation);

    /// <summary>Waits until capture has published everything up to a position (and its replication slot says so).</summary>
    /// <returns>Null when it has; else, in plain words, why not.</returns>
    Task<string?> WaitCapturedAsync(Lsn position, TimeSpan atMost, CancellationToken cancellation);
}
