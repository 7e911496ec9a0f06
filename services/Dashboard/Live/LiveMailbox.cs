using System.Diagnostics.CodeAnalysis;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>
/// One viewer's unsent frames: at most one of each kind, since every frame tells the whole state of its kind. A slow viewer skips what is
/// outdated and never misses the last word, and costs the same however slow.
/// </summary>
internal sealed class LiveMailbox : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<LiveFrame> _unsent = [];
    private readonly SemaphoreSlim _filled = new(0, 1);
    private bool _closed;

    /// <summary>Frames replaced before they were sent.</summary>
    public long Skipped { get; private set; }

    public void Post(LiveFrame frame)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            Skipped += _unsent.RemoveAll(older => older.Kind == frame.Kind);
            _unsent.Add(frame);
            Wake();
        }
    }

    /// <summary>No more frames come; the reader ends after the last.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Wake();
        }
    }

    /// <summary>Waits until a frame is there, the time is up, or the mailbox is closed and empty.</summary>
    public async Task<MailboxWait> WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        if (!await _filled.WaitAsync(atMost, cancellation))
        {
            return MailboxWait.Silent;
        }

        lock (_gate)
        {
            return _closed && _unsent.Count == 0 ? MailboxWait.Closed : MailboxWait.Filled;
        }
    }

    public bool TryTake([NotNullWhen(true)] out LiveFrame? frame)
    {
        lock (_gate)
        {
            frame = _unsent.Count > 0 ? _unsent[0] : null;
            if (frame is not null)
            {
                _unsent.RemoveAt(0);
            }

            if (_closed && _unsent.Count == 0)
            {
                Wake();
            }

            return frame is not null;
        }
    }

    public void Dispose() => _filled.Dispose();

    private void Wake()
    {
        if (_filled.CurrentCount == 0)
        {
            _filled.Release();
        }
    }
}
