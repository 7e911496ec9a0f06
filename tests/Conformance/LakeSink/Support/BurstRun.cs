using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>A sink's own process on a real Kafka: a stretch of records, and then ten times as many at once (fault 51).</summary>
internal sealed class BurstRun(KillServers servers) : IDisposable
{
    private const int Partitions = 3;
    private const int Stretch = 30_000;
    private const int ValueBytes = 1_000;
    private const string Topic = "burst";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-burst-" + Path.GetRandomFileName());
    private int _produced;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Bytes of the burst's values.</summary>
    public static long BurstBytes => 10L * Stretch * ValueBytes;

    /// <summary>Runs it, compares the lake with what was sent, and gives the process' peak memory before the burst and in all, in bytes.</summary>
    public async Task<(long Before, long Peak)> RunAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers.Kafka }).SetLogHandler((_, _) => { }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
        var lake = new FolderLake(Path.Combine(_folder, "lake"), LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        using var sink = new RoleProcess(
            RoleNames.LakeSink,
            new Dictionary<string, string>
            {
                ["Kafka:BootstrapServers"] = servers.Kafka,
                ["LakeSink:Topics:0"] = Topic,
                ["LakeSink:Group"] = Topic,
                ["Lake:Folder"] = lake.Location,
                ["Health:Port"] = "0",
                ["Line:State"] = Path.Combine(_folder, "state"),
            },
            new Dictionary<string, string>());
        Produce(Stretch);
        await LoadedAsync(lake, sink);
        var before = sink.PeakBytes;
        Produce(10 * Stretch);
        await LoadedAsync(lake, sink);
        var peak = sink.PeakBytes;
        await CompareAsync(lake);
        return (before, peak);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void Produce(int records)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig { BootstrapServers = servers.Kafka, QueueBufferingMaxMessages = 20 * Stretch })
            .SetLogHandler((_, _) => { }).Build();
        for (var end = _produced + records; _produced < end; _produced++)
        {
            producer.Produce(new TopicPartition(Topic, _produced % Partitions), new Message<byte[]?, byte[]> { Value = Value(_produced) });
        }

        producer.Flush(Limit);
    }

    // Digits of its own, so that packing does not make a burst small.
    private static byte[] Value(int number)
    {
        var value = new byte[ValueBytes];
        new Random(number).GetItems("0123456789abcdef"u8, value);
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"{number:D9}")).CopyTo(value, 0);
        value[^1] = (byte)'"';
        return value;
    }

    private async Task LoadedAsync(FolderLake lake, RoleProcess sink)
    {
        var watch = Stopwatch.StartNew();
        while ((await ObjectsAsync(lake)).Sum(found => (long)found.Manifest!.Rows) < _produced)
        {
            sink.HasExited.ShouldBeFalse(sink.Output);
            watch.Elapsed.ShouldBeLessThan(Limit, sink.Output);
            await Task.Delay(100, Token);
        }
    }

    private async Task CompareAsync(FolderLake lake)
    {
        var seen = new bool[_produced];
        foreach (var found in await ObjectsAsync(lake))
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, found, Token);
            foreach (var value in reader.Records().Select(record => record.Value!.Value))
            {
                var number = int.Parse(Encoding.ASCII.GetString(value.Span[1..10]), CultureInfo.InvariantCulture);
                seen[number].ShouldBeFalse($"{number} is there twice");
                seen[number] = value.Span.SequenceEqual(Value(number));
            }
        }

        seen.ShouldAllBe(one => one);
    }

    private static async Task<List<LakeObject>> ObjectsAsync(FolderLake lake)
    {
        var objects = new List<LakeObject>();
        foreach (var life in await StreamEpochs.ReadAsync(lake, Topic, Token))
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                objects.AddRange(await ChainWindow.ReadAsync(lake, new LakeStream(Topic, life.Epoch, partition), null, Token));
            }
        }

        return objects;
    }
}
