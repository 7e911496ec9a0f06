using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// The warehouse as its loader sees it: raw (one row a record), current (one row a key) and the ledger of what was loaded. Every verb may be
/// repeated after a crash or a lost reply: nothing is loaded twice and nothing is skipped.
/// </summary>
public interface IWarehouse
{
    /// <summary>Shortest time between two loads of one table: nothing on PostgreSQL, a minute on BigQuery (its quota is 1,500 a day).</summary>
    TimeSpan LoadInterval { get; }

    /// <summary>The tables it loads: those known in code, and those described in the lake once it is ensured.</summary>
    IReadOnlyList<TableDescription> Tables { get; }

    /// <summary>Topics it loads: those of its tables, and the transaction topic where it waits for whole transactions.</summary>
    IEnumerable<string> Topics => Tables.Select(table => TopicNames.ChangesOf(table.Name));

    /// <summary>Transactions that this loader has shown although they were not whole.</summary>
    long GivenUp => 0;

    /// <summary>Creates what is missing (schemas, tables, columns); changes and drops nothing that is there. Idempotent.</summary>
    Task EnsureAsync(CancellationToken cancellation);

    /// <summary>
    /// Becomes the loader: an older loader's next load fails with <see cref="LoadFencedException"/>. Finishes what a crashed loader left half
    /// done, as far as the warehouse cannot do it in one transaction. Call it at start, and again after such an exception. Idempotent.
    /// </summary>
    Task TakeOverAsync(CancellationToken cancellation);

    /// <summary>Where the warehouse stands. Reads only.</summary>
    Task<LoadStatus> StatusAsync(CancellationToken cancellation);

    /// <summary>
    /// Loads exactly the claimed objects into raw and brings current up to them. After a failure whose outcome is unknown, read the status:
    /// either all of it took effect or none. A claim that does not start where the last one ended is refused.
    /// </summary>
    /// <param name="claim">What to load.</param>
    /// <param name="setAside">Takes poison records before the load takes effect.</param>
    /// <param name="cancellation">Gives up; nothing then took effect.</param>
    /// <exception cref="LoadFencedException">Another loader took over or was faster.</exception>
    /// <exception cref="TableStoppedException">A table cannot be loaded as things are: an object is damaged, or its rows have become others.</exception>
    Task<LoadResult> LoadAsync(LoadClaim claim, SetAside setAside, CancellationToken cancellation);

    /// <summary>
    /// Takes decisions about dead letters into account that were made since: keys that nothing holds any more get their row from all of raw. Gives
    /// up waiting for transactions that have been incomplete for too long. Only the loader may call it. Idempotent; returns how many decisions took
    /// effect.
    /// </summary>
    /// <exception cref="LoadFencedException">Another loader took over.</exception>
    Task<int> SettleAsync(CancellationToken cancellation);
}
