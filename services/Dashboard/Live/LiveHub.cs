using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Dashboard.Page;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>Hands every frame to every open live channel and remembers the last of each kind for those that come later.</summary>
internal sealed class LiveHub(TimeProvider clock)
{
    public const string Marts = "marts";
    public const string Line = "line";

    private readonly Lock _gate = new();
    private readonly Dictionary<LiveMailbox, string> _viewers = [];
    private readonly Dictionary<string, LiveFrame> _last = new(StringComparer.Ordinal);
    private DateTimeOffset? _lastBeatAt;
    private bool _closed;

    /// <summary>What the warehouse last published; null before the first.</summary>
    public MartsState? State { get; private set; }

    public int Viewers
    {
        get
        {
            lock (_gate)
            {
                return _viewers.Count;
            }
        }
    }

    public void PublishMarts(MartsState state)
    {
        lock (_gate)
        {
            State = state;
            var isNewBeat = state.BeatAt is not null && !(state.BeatAt <= _lastBeatAt);
            _lastBeatAt = isNewBeat ? state.BeatAt : _lastBeatAt;
            var json = JsonSerializer.Serialize(
                new MartsMessage(state.Version, state.AsOf, state.BeatAt, Math.Max(0, (clock.GetUtcNow() - state.BeatAt)?.TotalSeconds ?? 0), state.Models), WebJson.Options);
            Post(LiveFrame.Of(Marts, Id(state), json, isNewBeat ? state.BeatAt : null));
        }
    }

    public void PublishLine(LineMessage message)
    {
        var json = JsonSerializer.Serialize(message, WebJson.Options);
        lock (_gate)
        {
            Post(LiveFrame.Of(Line, null, json));
        }
    }

    /// <summary>Opens a channel, or says with null that there are too many.</summary>
    /// <param name="viewer">Who asks: a user or an address.</param>
    /// <param name="lastEventId">What the viewer has seen already, or empty: news it has is not repeated.</param>
    /// <param name="atMost">Channels over all viewers.</param>
    /// <param name="atMostPerViewer">Channels of this viewer.</param>
    public LiveMailbox? Open(string viewer, string lastEventId, int atMost, int atMostPerViewer)
    {
        lock (_gate)
        {
            if (_closed || _viewers.Count >= atMost || _viewers.Values.Count(other => other == viewer) >= atMostPerViewer)
            {
                return null;
            }

            var mailbox = new LiveMailbox();
            foreach (var frame in _last.Values)
            {
                if (frame.Kind != Marts || State is null || Id(State) != lastEventId)
                {
                    // An old beat, told late to a newcomer, says nothing about the line's speed.
                    mailbox.Post(frame with { BeatAt = null });
                }
            }

            _viewers.Add(mailbox, viewer);
            return mailbox;
        }
    }

    public void Leave(LiveMailbox mailbox)
    {
        lock (_gate)
        {
            _viewers.Remove(mailbox);
        }

        mailbox.Dispose();
    }

    /// <summary>Ends every channel: the process stops.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var mailbox in _viewers.Keys)
            {
                mailbox.Close();
            }
        }
    }

    private void Post(LiveFrame frame)
    {
        _last[frame.Kind] = frame;
        foreach (var mailbox in _viewers.Keys)
        {
            mailbox.Post(frame);
        }
    }

    private static string Id(MartsState state) =>
        string.Create(CultureInfo.InvariantCulture, $"{state.Version}-{state.AsOf?.UtcTicks ?? 0:x}");
}
