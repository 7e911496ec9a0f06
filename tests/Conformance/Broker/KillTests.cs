using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Tests.Conformance.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>The broker's process is killed under load, over and over, with one producer and one committing consumer going through it all.</summary>
public sealed class KillTests : IDisposable
{
    private const int Partitions = 3;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kill-");
    private readonly int _rounds = int.TryParse(Environment.GetEnvironmentVariable("HOSPITAL_BROKER_KILLS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 8;

    [Fact]
    public async Task No_acknowledged_record_or_commit_is_lost_doubled_or_reordered()
    {
        var random = new Random(17);
        var broker = await StartAsync(0);
        var servers = broker.BootstrapServers;
        var port = int.Parse(servers.Split(':')[1], CultureInfo.InvariantCulture);
        try
        {
            var topic = await Clients.NewTopicAsync(servers, "kill", Partitions);
            using var load = new Load(servers, topic);
            using var commits = new Commits(servers, topic);
            for (var round = 0; round < _rounds; round++)
            {
                await load.UntilAcknowledgedAsync(500);
                await Task.Delay(random.Next(50, 400), TestContext.Current.CancellationToken);
                await broker.KillAsync();
                await broker.DisposeAsync();
                var acknowledged = commits.Acknowledged;
                broker = await StartAsync(port);
                Committed(servers, commits.Group, topic).ShouldBeGreaterThanOrEqualTo(acknowledged, $"round {round}");
            }
            commits.Stop();
            load.Stop();
            Check(servers, topic, load);
            (await broker.StopAsync()).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        }
        finally
        {
            await broker.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static long Committed(string servers, string group, string topic)
    {
        using var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(servers, group)).Build();
        return Math.Max(0, consumer.Committed([new TopicPartition(topic, 0)], Clients.Limit).Single().Offset.Value);
    }

    private static void Check(string servers, string topic, Load load)
    {
        load.Failed.ShouldBeEmpty();
        load.Acknowledged.Count.ShouldBe(load.Sent);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var expected = Enumerable.Range(0, load.Sent).Where(i => i % Partitions == partition).ToList();
            var read = Clients.Read(servers, topic, partition, 0, expected.Count);
            read.Select(r => r.Offset.Value).ShouldBe(Enumerable.Range(0, expected.Count).Select(i => (long)i));
            var values = read.Select(r => int.Parse(Encoding.UTF8.GetString(r.Message.Value!).AsSpan(0, 8), CultureInfo.InvariantCulture)).ToList();
            values.SequenceEqual(expected).ShouldBeTrue($"partition {partition}: sent and stored differ first at {values.Zip(expected).TakeWhile(p => p.First == p.Second).Count()}");
            foreach (var (offset, value) in values.Select((v, i) => (i, v)))
            {
                load.Acknowledged[value].ShouldBe(offset);
            }
        }
        using var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(servers, "end")).Build();
        Enumerable.Range(0, Partitions).Sum(p => consumer.QueryWatermarkOffsets(new TopicPartition(topic, p), Clients.Limit).High.Value).ShouldBe(load.Sent);
    }

    private Task<BrokerProcess> StartAsync(int port) => BrokerProcess.StartAsync(_folder.FullName, port, segmentBytes: 500_000);

    /// <summary>Numbered records through one idempotent producer; what was acknowledged is kept with its offset.</summary>
    private sealed class Load : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly IProducer<byte[]?, byte[]?> _producer;
        private readonly Task _task;

        public Load(string servers, string topic)
        {
            _producer = Clients.Producer(servers, c =>
                (c.MessageTimeoutMs, c.ReconnectBackoffMs, c.ReconnectBackoffMaxMs, c.RetryBackoffMs, c.RetryBackoffMaxMs) = (120_000, 20, 100, 20, 100));
            _task = Task.Run(async () =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    for (var i = 0; i < 40; i++)
                    {
                        Send(topic, Sent++);
                    }
                    await Task.Delay(5);
                }
            });
        }

        public int Sent { get; private set; }
        public ConcurrentDictionary<int, long> Acknowledged { get; } = [];
        public ConcurrentQueue<string> Failed { get; } = [];

        public async Task UntilAcknowledgedAsync(int more)
        {
            var target = Acknowledged.Count + more;
            var started = TimeProvider.System.GetTimestamp();
            while (Acknowledged.Count < target)
            {
                TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Clients.Limit, $"{Acknowledged.Count} acknowledged, {target} awaited");
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        public void Stop()
        {
            _stop.Cancel();
            _task.GetAwaiter().GetResult();
            _producer.Flush(TimeSpan.FromSeconds(60)).ShouldBe(0);
        }

        public void Dispose()
        {
            _stop.Cancel();
            _producer.Dispose();
            _stop.Dispose();
        }

        private void Send(string topic, int number) => _producer.Produce(
            new TopicPartition(topic, number % Partitions),
            new Message<byte[]?, byte[]?> { Value = Encoding.UTF8.GetBytes(number.ToString("D8", CultureInfo.InvariantCulture) + new string('x', 200)) },
            report =>
            {
                if (report.Error.IsError)
                {
                    Failed.Enqueue($"{number}: {report.Error}");
                }
                else
                {
                    Acknowledged[number] = report.Offset.Value;
                }
            });
    }

    /// <summary>Commits ever higher offsets as fast as they are answered.</summary>
    private sealed class Commits : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _task;
        private long _acknowledged;

        public Commits(string servers, string topic) => _task = Task.Run(() =>
        {
            var config = Clients.ConsumerConfig(servers, Group);
            (config.ReconnectBackoffMs, config.ReconnectBackoffMaxMs) = (20, 100);
            using var consumer = Clients.ConsumerBuilder(config).Build();
            for (var next = 1L; !_stop.IsCancellationRequested;)
            {
                try
                {
                    consumer.Commit([new TopicPartitionOffset(topic, 0, next)]);
                    Interlocked.Exchange(ref _acknowledged, next++);
                }
                catch (KafkaException)
                {
                    // The broker is being killed.
                }
            }
        });

        public string Group { get; } = "commits";
        public long Acknowledged => Interlocked.Read(ref _acknowledged);

        public void Stop()
        {
            _stop.Cancel();
            _task.GetAwaiter().GetResult();
            Acknowledged.ShouldBeGreaterThan(20);
        }

        public void Dispose()
        {
            _stop.Cancel();
            _task.Wait(Clients.Limit);
            _stop.Dispose();
        }
    }
}
