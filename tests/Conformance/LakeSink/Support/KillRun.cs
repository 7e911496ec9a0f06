using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Faults;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>
/// One seeded run: a topic on a real Kafka, a lake, and between them the product's own process, which dies at chosen requests as a proxy, or the
/// folder's changes, show them. Every run ends with the invariant: the objects tile, and hold every record once.
/// </summary>
internal sealed class KillRun : IAsyncDisposable
{
    private const int Partitions = 2;
    private const int Rounds = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly KillServers _servers;
    private readonly KillPoint _point;
    private readonly Random _random;
    private readonly string _name;
    private readonly KillTotals _totals;
    private readonly KafkaProxy _kafka;
    private readonly FaultProxy? _storage;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-kill-" + Path.GetRandomFileName());
    private readonly IAdminClient _admin;
    private readonly Dictionary<string, string> _settings;
    private readonly Dictionary<string, string> _environment = [];
    private readonly List<RoleProcess> _processes = [];
    private ILake _lake = null!;
    private readonly string _kind;
    private readonly int _seed;
    private int _produced;
    private int _kills;
    private int _ahead;

    private KillRun(KillServers servers, KillPoint point, bool bucket, string kind, int seed, KillTotals totals)
    {
        (_servers, _point, _kind, _seed, _random, _totals) = (servers, point, kind, seed, new Random((seed * 100) + (int)point), totals);
        _name = string.Create(CultureInfo.InvariantCulture, $"{(bucket ? "bucket" : "folder")}-{point}-{seed}");
        _kafka = new KafkaProxy(servers.Kafka);
        _storage = bucket ? new FaultProxy(servers.Gcs.Address) : null;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers.Kafka }).SetLogHandler((_, _) => { }).Build();
        _settings = new Dictionary<string, string>
        {
            ["Kafka:BootstrapServers"] = _kafka.Address,
            ["LakeSink:Topics:0"] = _name,
            ["LakeSink:Group"] = _name,
            ["LakeSink:MaxRows"] = _random.Next(15, 41).ToString(CultureInfo.InvariantCulture),
            ["LakeSink:MaxAge"] = "00:00:00.2",
            ["Health:Port"] = "0",
            ["Line:State"] = Path.Combine(_folder, "state"),
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task RunAsync(KillServers servers, KillPoint point, bool bucket, string kind, int seed, KillTotals totals)
    {
        await using var run = new KillRun(servers, point, bucket, kind, seed, totals);
        await run.OpenAsync();
        await run.ProduceAsync(400);
        await (point switch
        {
            KillPoint.Zombie => run.ZombieAsync(),
            KillPoint.Unreachable => run.OutageAsync(),
            KillPoint.AskedTwice => run.AskedTwiceAsync(),
            _ => run.KillsAsync(),
        });

        await run.ShouldBeWholeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        await _kafka.DisposeAsync();
        await (_storage?.DisposeAsync() ?? ValueTask.CompletedTask);
        _admin.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task OpenAsync()
    {
        if (_storage is not null)
        {
            var bucket = await _servers.Gcs.BucketAsync();
            (_settings["Lake:Kind"], _settings["Lake:Bucket"], _environment["STORAGE_EMULATOR_HOST"]) = ("gcs", bucket, _storage.Address.AbsoluteUri);
            _lake = _servers.Gcs.Open(bucket);
        }
        else
        {
            _settings["Lake:Folder"] = Path.Combine(_folder, "lake");
            _lake = new FolderLake(_settings["Lake:Folder"], LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        }

        await _admin.CreateTopicsAsync([new TopicSpecification { Name = _name, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    private async Task KillsAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var sink = Start();
            using var trap = new KillTrap(_storage, _kafka, _settings.GetValueOrDefault("Lake:Folder"));
            trap.Arm(_point, _random.Next(round == 0 ? 8 : 3), _random.Next(2) == 0, sink.Kill);
            await UntilAsync(() => Task.FromResult(trap.Fired || sink.HasExited), "the kill");
            trap.Fired.ShouldBeTrue(sink.Output);
            await sink.GoneAsync(Token);
            _kills++;
            trap.Disarm();
            await EvictAsync();
            _ahead += await IsAheadAsync() ? 1 : 0;
            await ProduceAsync(100);
        }

        Start();
    }

    private async Task ZombieAsync()
    {
        var zombie = Start();
        using var trap = new KillTrap(_storage, _kafka, _settings.GetValueOrDefault("Lake:Folder"));
        trap.Arm(KillPoint.Zombie, _random.Next(6), _random.Next(2) == 0, zombie.Sleep);
        await UntilAsync(() => Task.FromResult(trap.Fired || zombie.HasExited), "the zombie to fall asleep");
        zombie.HasExited.ShouldBeFalse(zombie.Output);
        await ProduceAsync(200);
        await EvictAsync();
        Start();
        await HeadsReachEndsAsync();
        zombie.Wake();
        trap.Disarm();
        _kills++;
        await ProduceAsync(100);
        await HeadsReachEndsAsync();
        zombie.HasExited.ShouldBeFalse(zombie.Output);
    }

    private async Task OutageAsync()
    {
        var sink = Start();
        await UntilAsync(async () => (await CommittedAsync()).SequenceEqual(Ends()), "the first offsets to be committed");
        _kafka.KeepsCoordinatorAway = true;
        await ProduceAsync(200);
        await UntilAsync(async () => await IsAheadAsync(), "an object whose offset is not committed");
        await UntilAsync(() => Task.FromResult(_kafka.TurnedAway > 0), "the sink to miss its coordinator");
        if (_random.Next(2) == 0)
        {
            // As when its session runs out: the group has gone on without it.
            await EvictAsync();
        }

        _kafka.KeepsCoordinatorAway = false;
        await ProduceAsync(100);
        await HeadsReachEndsAsync();
        sink.HasExited.ShouldBeFalse(sink.Output);
    }

    private async Task AskedTwiceAsync()
    {
        var sink = Start();
        var (held, passed) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _storage!.Hold = request =>
        {
            if (!KillTrap.IsObject(request))
            {
                return Task.CompletedTask;
            }

            held.TrySetResult();
            return passed.Task;
        };
        await held.Task.WaitAsync(Limit, Token);
        for (var i = 0; i < 2; i++)
        {
            sink.AskToStop();
            await UntilAsync(() => Task.FromResult(sink.HasTakenSignals), "the signal to be taken");
        }

        sink.HasExited.ShouldBeFalse("an object is on its way\n" + sink.Output);
        _storage.Hold = null;
        passed.SetResult();
        await sink.GoneAsync(Token).WaitAsync(Limit, Token);
        sink.ExitCode.ShouldBe(0, sink.Output);
        _kills++;
        (await HeadsAsync()).SequenceEqual(await CommittedAsync()).ShouldBeTrue("what was on its way is finished and committed");
        (await HeadsAsync()).Sum().ShouldBeGreaterThan(0);
        Start();
    }

    private RoleProcess Start()
    {
        var sink = new RoleProcess(RoleNames.LakeSink, _settings, _environment);
        _processes.Add(sink);
        return sink;
    }

    private async Task ProduceAsync(int records)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _servers.Kafka, LingerMs = 1 }).SetLogHandler((_, _) => { }).Build();
        await Task.WhenAll(Enumerable.Range(_produced, records).Select(i => producer.ProduceAsync(
            new TopicPartition(_name, i % Partitions),
            new Message<byte[], byte[]> { Key = Encoding.ASCII.GetBytes($"{{\"visit_id\":{i % 97}}}"), Value = Encoding.ASCII.GetBytes(SinkLine.Change(i)) },
            Token)));
        _produced += records;
    }

    /// <summary>Instead of waiting until the sessions of the dead run out.</summary>
    private async Task EvictAsync() => await UntilAsync(
        async () =>
        {
            var group = (await _admin.DescribeConsumerGroupsAsync([_name])).ConsumerGroupDescriptions[0];
            foreach (var member in group.Members)
            {
                await KafkaProxy.EvictAsync(_servers.Kafka, _name, member.ConsumerId, Token);
            }

            return group.Members.Count == 0;
        },
        "the dead to leave the group");

    private Task HeadsReachEndsAsync() => UntilAsync(async () => (await HeadsAsync()).SequenceEqual(Ends()), $"the chains to reach {string.Join(' ', Ends())}");

    /// <summary>Records went to the partitions by turns.</summary>
    private IEnumerable<long> Ends() => Enumerable.Range(0, Partitions).Select(partition => (long)((_produced + Partitions - 1 - partition) / Partitions));

    private async Task<bool> IsAheadAsync() => (await HeadsAsync()).Zip(await CommittedAsync()).Any(pair => pair.First > pair.Second);

    private async Task<IReadOnlyList<long>> CommittedAsync()
    {
        var partitions = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(_name, partition)).ToList();
        var committed = (await _admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(_name, partitions)]))[0].Partitions;
        return [.. committed.OrderBy(one => one.Partition.Value).Select(one => Math.Max(0, one.Offset.Value))];
    }

    private async Task<IReadOnlyList<long>> HeadsAsync()
    {
        var heads = new List<long>();
        foreach (var stream in await StreamsAsync())
        {
            var chain = await ChainWindow.ReadAsync(_lake, stream, null, Token);
            heads.Add(chain.Count == 0 ? 0 : chain[^1].Manifest!.Next);
        }

        return heads;
    }

    private async Task<IReadOnlyList<LakeStream>> StreamsAsync() => (await StreamEpochs.ReadAsync(_lake, _name, Token)) is [.., var life]
        ? [.. Enumerable.Range(0, Partitions).Select(partition => new LakeStream(_name, life.Epoch, partition))]
        : [];

    private async Task ShouldBeWholeAsync()
    {
        await HeadsReachEndsAsync();
        await UntilAsync(async () => (await CommittedAsync()).SequenceEqual(Ends()), "the offsets to be committed");
        var report = await LakeAudit.RunAsync(_lake, [_name], new LakeAuditOptions(Rehash: true), new Silence(), Token);
        report.Findings.ShouldBeEmpty();
        var values = new List<string>();
        foreach (var stream in await StreamsAsync())
        {
            foreach (var found in await ChainWindow.ReadAsync(_lake, stream, null, Token))
            {
                using var reader = await LakeObjectReader.OpenAsync(_lake, found, Token);
                values.AddRange(reader.Records().Select(record => Encoding.ASCII.GetString(record.Value!.Value.Span)));
            }
        }

        var distinct = values.ToHashSet();
        var lost = Enumerable.Range(0, _produced).Count(i => !distinct.Contains(SinkLine.Change(i)));
        _totals.Add(_kills, _ahead, _produced, lost, values.Count - distinct.Count);
        FaultReport.Add(_kind, _seed, _kills, (_storage?.Fired ?? 0) + _kafka.TurnedAway, _produced, lost, values.Count - distinct.Count);
        (lost, values.Count - distinct.Count).ShouldBe((0, 0), _name);
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Limit)
            {
                throw new TimeoutException($"{_name}: waited for {what}; heads {string.Join(' ', await HeadsAsync())}, committed {string.Join(' ', await CommittedAsync())}\n{string.Join("\n--\n", _processes.Select(process => process.Output))}");
            }

            await Task.Delay(25, Token);
        }
    }

    private sealed class Silence : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value)
        {
        }
    }
}
