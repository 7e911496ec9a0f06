using System.Buffers.Binary;
using System.Net;
using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Server;

/// <summary>Random and mutated requests to every API and version: each is answered, waits, or is called malformed; nothing else may come out.</summary>
public sealed class RequestFuzzTests
{
    private const int RandomFrames = 60_000;
    private const int MutatedFrames = 60_000;

    [Fact]
    public async Task No_request_crashes_hangs_or_grows_the_broker()
    {
        var options = new BrokerOptions { Folder = "/state", MaxTopics = 20, MaxPartitions = 40, MaxGroups = 50 };
        var storage = new CatalogUnderTest(new MemoryFileSystem(), options);
        storage.Append(storage.Create("t", 2), 0, 1000);
        var offsets = new OffsetStore(storage.Environment, options.Folder, _ => true);
        using var metrics = new BrokerMetrics(() => new BrokerStatistics(0, 0, 0, 0));
        var broker = new BrokerContext(
            options, storage.Catalog, new GroupCoordinator(offsets, options, storage.Environment), storage.Environment, metrics, "127.0.0.1")
        { Port = 9092 };
        var apis = new ApiTable(broker);
        var dispatcher = new Dispatcher(apis);
        using var stopping = new CancellationTokenSource();
        var random = new Random(11);
        var waiting = 0;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        foreach (var frame in Frames(apis, random))
        {
            var response = new WireWriter();
            var handled = Handle(frame, response);
            if (handled.IsCompleted)
            {
                await handled;
                response.Dispose();
            }
            else
            {
                waiting++; // A long poll or a join: legitimate, and ended by the stop.
            }
        }

        await stopping.CancelAsync();
        storage.Catalog.Topics.Count.ShouldBeLessThanOrEqualTo(options.MaxTopics);
        waiting.ShouldBeLessThan((RandomFrames + MutatedFrames) / 4);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(400L << 20);

        async Task Handle(byte[] frame, WireWriter response)
        {
            try
            {
                await dispatcher.HandleAsync(frame, IPAddress.Loopback, response, stopping.Token);
                response.Length.ShouldBeLessThan(100 << 20);
            }
            catch (Exception error) when (error is MalformedRequestException or OperationCanceledException)
            {
                // The connection would end.
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{error.GetType().Name} from {Convert.ToHexString(frame)}", error);
            }
        }
    }

    private static IEnumerable<byte[]> Frames(ApiTable apis, Random random)
    {
        var all = apis.All.ToList();
        for (var i = 0; i < RandomFrames; i++)
        {
            var api = all[random.Next(all.Count)];
            var body = new byte[random.Next(200)];
            random.NextBytes(body);
            for (var zeros = random.Next(body.Length + 1); zeros > 0; zeros--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(3); // Small numbers get further into a decoder.
            }
            yield return Frame(api, random.Next(api.MinVersion, api.MaxVersion + 2), body);
        }
        for (var i = 0; i < MutatedFrames; i++)
        {
            var api = all[random.Next(all.Count)];
            var version = random.Next(api.MinVersion, api.MaxVersion + 1);
            var frame = Frame(api, version, SampleRequests.Body(api.Key, (short)version, version >= api.FlexibleFrom));
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                frame[random.Next(8, frame.Length)] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
            }
            yield return random.Next(4) == 0 ? frame[..random.Next(8, frame.Length)] : frame;
        }
    }

    private static byte[] Frame(Api api, int version, byte[] body)
    {
        byte[] header = version >= api.FlexibleFrom ? [0, 1, (byte)'c', 0] : [0, 1, (byte)'c'];
        var frame = new byte[8 + header.Length + body.Length];
        BinaryPrimitives.WriteInt16BigEndian(frame, (short)api.Key);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(2), (short)version);
        header.CopyTo(frame, 8);
        body.CopyTo(frame, 8 + header.Length);
        return frame;
    }
}
