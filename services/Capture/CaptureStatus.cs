using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture;

/// <summary>What capture knows of itself: read by status, the dashboard and the metrics. Safe to read from any thread.</summary>
public sealed class CaptureStatus
{
    private readonly Lock _lock = new();
    private CaptureFacts _facts = new();

    /// <summary>The last word; one consistent value.</summary>
    public CaptureFacts Facts
    {
        get
        {
            lock (_lock)
            {
                return _facts;
            }
        }
    }

    internal void Update(Func<CaptureFacts, CaptureFacts> change)
    {
        lock (_lock)
        {
            _facts = change(_facts);
        }
    }

    /// <summary>Counts a transaction whose every message is acknowledged.</summary>
    internal void Acknowledged(Lsn end, DateTimeOffset committedAt, DateTimeOffset acknowledgedAt) => Update(facts => facts with
    {
        Transactions = facts.Transactions + 1,
        AcknowledgedLsn = end,
        LastCommitAt = committedAt,
        LagSeconds = Math.Max(0, (acknowledgedAt - committedAt).TotalSeconds),
    });
}
