namespace HospitalStreaming.Broker.Storage;

/// <summary>A fetch that waits for any of its partitions to grow, for its time to run out, or for the broker to stop.</summary>
internal sealed class FetchWaiter : TaskCompletionSource
{
    public FetchWaiter()
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }
}
