using System.Collections.Concurrent;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>
/// The one thread that starts servers. The kernel ties a child's parent-death signal to the thread that forked it, so a pool thread that
/// retires would stop a server; this one lives as long as the process.
/// </summary>
internal static class ChildThread
{
    private static readonly BlockingCollection<Action> Work = Begin();

    /// <summary>Runs it on that thread.</summary>
    public static Task<T> RunAsync<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception failure)
            {
                // Handed to whoever awaits the start; the thread itself must live on.
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "postgres-starter" }.Start();
        return work;
    }
}
