namespace HospitalStreaming.Warehouse.Loading;

/// <summary>How a warehouse is made anew beside the one in place and put in its place. Until the swap, readers of the one in place see nothing of it.</summary>
public interface IWarehouseSwap
{
    /// <summary>
    /// Finishes a run that was cut off behind its swap: what it made is in place and only has to be cleared away. The records in place by it; null where
    /// there is no such run.
    /// </summary>
    Task<long?> FinishAsync(CancellationToken cancellation);

    /// <summary>Makes the warehouse beside, or goes on with what an interrupted run has made; its loader, which has taken over. May be called again.</summary>
    Task<IWarehouse> BeginAsync(CancellationToken cancellation);

    /// <summary>
    /// Puts the one that was made in place, in one step for readers, and clears it away. False where the one in place has been loaded further meanwhile:
    /// load on and try again. Any loader of the one in place is fenced off by it, and goes on from the new positions when it has taken over.
    /// </summary>
    /// <param name="loadOn">
    /// Loads what has come meanwhile into the one that was made. Called where nothing can be loaded into the one in place at the same time: on a line that
    /// runs on, that one is always a little ahead.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LoadFencedException">Another run has taken over what was made.</exception>
    Task<bool> SwapAsync(Func<Task> loadOn, CancellationToken cancellation);
}
