using System.Text;
using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Hosting.Line;
using HospitalStreaming.Tests.Unit.Dashboard.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class LiveHubTests
{
    private readonly LiveHub _hub = new(new HandClock());

    [Fact]
    public void A_viewer_that_does_not_read_holds_two_frames_and_gets_the_last_word()
    {
        var slow = Open("slow");
        for (var i = 1; i <= 10_000; i++)
        {
            _hub.PublishMarts(States.Of(i));
            _hub.PublishLine(Line(i));
        }

        var frames = TakeAll(slow);
        frames.Select(frame => frame.Kind).ShouldBe([LiveHub.Marts, LiveHub.Line]);
        Text(frames[0]).ShouldContain("\"version\":10000");
        Text(frames[1]).ShouldContain("\"viewers\":10000");
        slow.Skipped.ShouldBe(19_998);
    }

    [Fact]
    public void A_newcomer_is_told_the_state_but_not_as_a_new_beat()
    {
        _hub.PublishMarts(States.Of(1, States.Noon));
        var frame = TakeAll(Open("new")).ShouldHaveSingleItem();
        Text(frame).ShouldContain("\"version\":1");
        frame.BeatAt.ShouldBeNull();
    }

    [Fact]
    public void One_that_comes_back_is_not_told_what_it_has_seen()
    {
        _hub.PublishMarts(States.Of(1));
        var id = Text(TakeAll(Open("a")).Single()).Split('\n')[0]["id: ".Length..];
        TakeAll(_hub.Open("a", id, 10, 10)!).ShouldBeEmpty();
        _hub.PublishMarts(States.Of(2));
        TakeAll(_hub.Open("a", id, 10, 10)!).ShouldHaveSingleItem();
    }

    [Fact]
    public void Each_beat_is_new_once()
    {
        var viewer = Open("a");
        DateTimeOffset?[] beats = [States.Noon, States.Noon, States.Noon.AddSeconds(1), States.Noon, null];
        var told = beats.Select((beat, i) =>
        {
            _hub.PublishMarts(States.Of(i + 1, beat));
            return TakeAll(viewer).Single().BeatAt;
        });
        told.ShouldBe([States.Noon, null, States.Noon.AddSeconds(1), null, null]);
    }

    [Fact]
    public void Nobody_takes_more_channels_than_allowed_nor_those_of_others()
    {
        for (var i = 0; i < 3; i++)
        {
            _hub.Open("greedy", string.Empty, 5, 3).ShouldNotBeNull();
        }

        _hub.Open("greedy", string.Empty, 5, 3).ShouldBeNull();
        var other = _hub.Open("other", string.Empty, 5, 3).ShouldNotBeNull();
        _hub.Open("third", string.Empty, 5, 3).ShouldNotBeNull();
        _hub.Open("fourth", string.Empty, 5, 3).ShouldBeNull();
        _hub.Leave(other);
        _hub.Open("fourth", string.Empty, 5, 3).ShouldNotBeNull();
    }

    [Fact]
    public async Task Stopping_ends_every_channel_after_its_last_frame()
    {
        var viewer = Open("a");
        _hub.PublishMarts(States.Of(1));
        _hub.Close();
        var stop = TestContext.Current.CancellationToken;
        (await viewer.WaitAsync(TimeSpan.FromSeconds(5), stop)).ShouldBe(MailboxWait.Filled);
        TakeAll(viewer).ShouldHaveSingleItem();
        (await viewer.WaitAsync(TimeSpan.FromSeconds(5), stop)).ShouldBe(MailboxWait.Closed);
        _hub.Open("late", string.Empty, 10, 10).ShouldBeNull();
    }

    [Fact]
    public async Task A_quiet_mailbox_says_so() =>
        (await Open("a").WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken)).ShouldBe(MailboxWait.Silent);

    private LiveMailbox Open(string viewer) => _hub.Open(viewer, string.Empty, 10, 10).ShouldNotBeNull();

    private static List<LiveFrame> TakeAll(LiveMailbox mailbox)
    {
        var frames = new List<LiveFrame>();
        while (mailbox.TryTake(out var frame))
        {
            frames.Add(frame);
        }

        return frames;
    }

    private static string Text(LiveFrame frame) => Encoding.UTF8.GetString(frame.Bytes.Span);

    private static LineMessage Line(int viewers)
    {
        var none = new FreshnessFigures(0, null, null, null);
        return new LineMessage(States.Noon, LineSnapshot.None, new FreshnessReport(none, none, null, null, []), viewers, null, null);
    }
}
