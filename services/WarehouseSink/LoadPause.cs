namespace HospitalStreaming.WarehouseSink;

/// <summary>How long the loader rests between two looks: the warehouse's interval counts from one load's beginning to the next one's.</summary>
internal static class LoadPause
{
    /// <param name="loaded">Whether the look led to a load.</param>
    /// <param name="took">Time since the look began.</param>
    /// <param name="loadInterval">Shortest time between two loads.</param>
    /// <param name="cycle">Shortest time between two looks.</param>
    internal static TimeSpan After(bool loaded, TimeSpan took, TimeSpan loadInterval, TimeSpan cycle)
    {
        var left = (loaded && loadInterval > cycle ? loadInterval : cycle) - took;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
