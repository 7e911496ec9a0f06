using Shouldly;

namespace HospitalStreaming.Tests.Unit.Lake.Support;

/// <summary>
/// Lets one of several actors go on at a time, chosen by a seed, and ends some of them where they stand. An actor runs, on the one thread, from one
/// of its turns to the next: the same seed gives the same history.
/// </summary>
internal sealed class Turns(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<(string Actor, TaskCompletionSource Turn)> _waiting = [];
    private readonly List<Task> _actors = [];

    internal int Crashes { get; private set; }

    internal Random Random => _random;

    internal int Taken { get; private set; }

    /// <summary>Adds an actor; it runs up to its first turn at once.</summary>
    internal void Add(Func<Task> actor) => _actors.Add(actor());

    /// <summary>Waits for a turn.</summary>
    internal Task WaitAsync(string actor)
    {
        var turn = new TaskCompletionSource();
        _waiting.Add((actor, turn));
        return turn.Task;
    }

    /// <summary>Gives turns until every actor is done.</summary>
    /// <param name="crashes">So many turns are an actor's end.</param>
    /// <param name="oneIn">One turn in so many is one, until there were enough.</param>
    internal void Run(int crashes, int oneIn)
    {
        while (_waiting.Count > 0)
        {
            var at = _random.Next(_waiting.Count);
            var (actor, turn) = _waiting[at];
            _waiting.RemoveAt(at);
            Taken++;
            if (Crashes < crashes && !actor.StartsWith("reader", StringComparison.Ordinal) && _random.Next(oneIn) == 0)
            {
                Crashes++;
                turn.SetException(new CrashException());
            }
            else
            {
                turn.SetResult();
            }
        }

        foreach (var actor in _actors)
        {
            actor.IsCompleted.ShouldBeTrue("an actor waits for something else than its turn");
            actor.GetAwaiter().GetResult();
        }

        _actors.Clear();
    }

    /// <summary>kill -9.</summary>
    internal sealed class CrashException : Exception
    {
    }
}
