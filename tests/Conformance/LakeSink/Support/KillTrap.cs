using HospitalStreaming.Tests.Conformance.Lake.Support;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>
/// Strikes once, at a chosen occurrence of what it waits for: an upload, an offset commit, a file in the lake's folder. In a bucket what the server
/// then has is exact; in a folder the kernel tells after the fact, so the blow falls there or a moment later.
/// </summary>
internal sealed class KillTrap(FaultProxy? storage, KafkaProxy kafka, string? folder) : IDisposable
{
    private readonly TaskCompletionSource _disarmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FileSystemWatcher? _watcher;
    private int _left;
    private int _fired;

    public bool Fired => Volatile.Read(ref _fired) == 1;

    /// <param name="point">Where.</param>
    /// <param name="skip">Occurrences before the one that counts.</param>
    /// <param name="other">Which of the two ways a point has.</param>
    /// <param name="strike">What happens to the process.</param>
    public void Arm(KillPoint point, int skip, bool other, Action strike)
    {
        _left = skip;
        if (point == KillPoint.BeforeCommit || (point == KillPoint.Zombie && other))
        {
            // A zombie's commit goes its way when it wakes; a dead one's never arrives.
            kafka.Passes = () => !Strikes(strike) || point == KillPoint.Zombie;
        }
        else if (storage is null)
        {
            Watch(point == KillPoint.WhileWriting ? ".tmp" : "topics", strike);
        }
        else if (point == KillPoint.Zombie)
        {
            // On its way until another writer has gone on.
            storage.Hold = request => IsObject(request) && Strikes(strike) ? _disarmed.Task : Task.CompletedTask;
        }
        else
        {
            storage.Choose = request => IsObject(request) ? Choose(point, other, strike) : null;
        }
    }

    /// <summary>From now on all goes well, also what was held.</summary>
    public void Disarm()
    {
        kafka.Passes = static () => true;
        if (storage is not null)
        {
            (storage.Choose, storage.Hold) = (static _ => null, null);
        }

        _watcher?.Dispose();
        _disarmed.TrySetResult();
    }

    public void Dispose()
    {
        Disarm();
        _watcher?.Dispose();
    }

    internal static bool IsObject(ProxiedRequest request) => request.IsUpload && request.Body.AsSpan(0, Math.Min(request.Body.Length, 2_000)).IndexOf("\"topics/"u8) >= 0;

    private Fault? Choose(KillPoint point, bool other, Action strike)
    {
        switch (point)
        {
            case KillPoint.WhileWriting:
                return Strikes(strike) ? new Fault(null, other ? FaultPlace.Start : FaultPlace.Middle) : null;
            case KillPoint.ReplyLost when other:
                return Strikes(strike) ? new Fault(null, FaultPlace.End) : null;
            case KillPoint.ReplyLost:
                // Stored, and the reply dropped, while it lives: it asks again. The one after that is its end.
                var left = Interlocked.Decrement(ref _left);
                if (left == -2)
                {
                    Fire(strike);
                }

                return left is -1 or -2 ? new Fault(null, FaultPlace.End) : null;
            default:
                return null;
        }
    }

    private void Watch(string below, Action strike)
    {
        var watched = Directory.CreateDirectory(Path.Combine(folder!, below)).FullName;
        _watcher = new FileSystemWatcher(watched) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName };
        _watcher.Created += (_, change) =>
        {
            if (below == ".tmp" || change.Name!.EndsWith(".json.gz", StringComparison.Ordinal))
            {
                Strikes(strike);
            }
        };
        _watcher.EnableRaisingEvents = true;
    }

    private bool Strikes(Action strike)
    {
        if (Interlocked.Decrement(ref _left) != -1)
        {
            return false;
        }

        Fire(strike);
        return true;
    }

    private void Fire(Action strike)
    {
        strike();
        Volatile.Write(ref _fired, 1);
    }
}
