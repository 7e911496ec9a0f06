using System.Buffers.Binary;
using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Server;

public sealed class FrameReaderTests
{
    private static readonly BrokerOptions Options = new() { Folder = "/", MaxRequestBytes = 4 << 20, MaxMessageBytes = 1 << 20, RequestReadTimeout = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    [InlineData(1 << 20)]
    public async Task Frames_come_whole_however_they_are_cut(int chunk)
    {
        var random = new Random(5);
        int[] sizes = chunk == 1 ? [8, 100, 17_000] : [8, 16_380, 16_381, 9, 70_000, 3_000_000, 12, 1_048_577];
        var frames = sizes.Select(size =>
        {
            var frame = new byte[size];
            random.NextBytes(frame);
            return frame;
        }).ToList();
        var budget = new InFlightBudget(Options.MaxRequestBytes);
        using var reader = new FrameReader(new ChunkedStream([.. frames.SelectMany(Framed)], chunk), Options, budget, TimeProvider.System);
        foreach (var frame in frames)
        {
            (await reader.ReadAsync(Stop))!.Value.Span.SequenceEqual(frame).ShouldBeTrue($"frame of {frame.Length}");
        }
        (await reader.ReadAsync(Stop)).ShouldBeNull();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData((4 << 20) + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(0x47455420)] // "GET ": a web browser.
    public async Task A_length_out_of_bounds_ends_the_connection(int length)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        using var reader = Reader(new MemoryStream(bytes));
        await Should.ThrowAsync<MalformedRequestException>(async () => await reader.ReadAsync(Stop));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3_000_000)]
    public async Task A_frame_that_stops_halfway_ends_the_connection(int size)
    {
        using var ended = Reader(new MemoryStream(Framed(new byte[size])[..(size / 2)]));
        (await Should.ThrowAsync<MalformedRequestException>(async () => await ended.ReadAsync(Stop))).Message.ShouldContain("ended");
        using var stalled = Reader(new ChunkedStream(Framed(new byte[size])[..(size / 2)], 1000, stalls: true));
        (await Should.ThrowAsync<MalformedRequestException>(async () => await stalled.ReadAsync(Stop))).Message.ShouldContain("in time");
    }

    [Fact]
    public async Task A_claimed_length_allocates_no_more_than_its_first_part()
    {
        var claim = new byte[20_000];
        BinaryPrimitives.WriteInt32BigEndian(claim, 4 << 20);
        using var reader = Reader(new ChunkedStream(claim, 20_000, stalls: true));

        // Up to the stall all of it runs on this thread; what follows may end on another, with another count.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = reader.ReadAsync(Stop).AsTask();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        read.IsCompleted.ShouldBeFalse("it stalled before the end of the frame");
        await Should.ThrowAsync<MalformedRequestException>(() => read);
        allocated.ShouldBeInRange(20_000, 2 << 20);
    }

    [Fact]
    public async Task Large_frames_wait_for_room_and_get_it_in_turn()
    {
        var budget = new InFlightBudget(100);
        await budget.TakeAsync(80, Stop);
        var second = budget.TakeAsync(50, Stop).AsTask();
        var third = budget.TakeAsync(10, Stop).AsTask();
        using var gaveUp = new CancellationTokenSource();
        var fourth = budget.TakeAsync(100, gaveUp.Token).AsTask();
        (second.IsCompleted || third.IsCompleted || fourth.IsCompleted).ShouldBeFalse();
        await gaveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => fourth);
        budget.Return(80);
        await second;
        await third;
        budget.Return(50);
        budget.Return(10);
        await budget.TakeAsync(100, Stop);
    }

    private static byte[] Framed(byte[] frame)
    {
        var framed = new byte[frame.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(framed, frame.Length);
        frame.CopyTo(framed, 4);
        return framed;
    }

    private static FrameReader Reader(Stream stream) => new(stream, Options, new InFlightBudget(8 << 20), TimeProvider.System);

    /// <summary>Gives at most so many bytes a read; at the end it ends, or stalls until it is cancelled.</summary>
    private sealed class ChunkedStream(byte[] content, int chunk, bool stalls = false) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (stalls && Position == Length)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            return Read(buffer.Span[..Math.Min(chunk, buffer.Length)]);
        }
    }
}
