using System.Diagnostics;

namespace HospitalStreaming.Tests.EndToEnd.Support;

/// <summary>Waiting for a condition, with a limit and a picture of the state when it expires.</summary>
internal static class Wait
{
    /// <summary>Asks until the answer is not null.</summary>
    public static async Task<T> ForAsync<T>(string what, TimeSpan limit, Func<Task<T?>> ask, Func<string> state, CancellationToken cancellation)
        where T : struct
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < limit)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }

        throw new TimeoutException($"waited {limit.TotalSeconds:0} s for {what}; state:\n{state()}");
    }

    /// <summary>Asks until the answer is true.</summary>
    public static Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> ask, Func<string> state, CancellationToken cancellation) =>
        ForAsync(what, limit, async () => await ask() ? true : (bool?)null, state, cancellation);
}
