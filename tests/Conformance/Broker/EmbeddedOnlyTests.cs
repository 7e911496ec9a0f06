using System.Buffers.Binary;
using System.Net.Sockets;
using Confluent.Kafka;
using HospitalStreaming.Broker;
using HospitalStreaming.Tests.Conformance.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>What only our broker does, or does its own way.</summary>
public sealed class EmbeddedOnlyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("own-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Everything_is_there_after_an_orderly_restart_on_the_same_port()
    {
        string topic;
        int port;
        await using (var broker = await StartAsync())
        {
            port = broker.Port;
            topic = await Clients.NewTopicAsync(broker.BootstrapServers, "kept", 2);
            using var producer = Clients.Producer(broker.BootstrapServers);
            await producer.ProduceAsync(new TopicPartition(topic, 1), new Message<byte[]?, byte[]?> { Value = [42] }, Stop);
            using var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(broker.BootstrapServers, "kept")).Build();
            consumer.Commit([new TopicPartitionOffset(topic, 1, 1)]);
            broker.Statistics().ShouldSatisfyAllConditions(
                s => s.Topics.ShouldBe(1), s => s.Partitions.ShouldBe(2), s => s.BytesOnDisk.ShouldBePositive(), s => s.Connections.ShouldBePositive());
            var started = TimeProvider.System.GetTimestamp();
            await broker.DisposeAsync(); // With clients still connected.
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        }
        await using var again = await StartAsync(port);
        Clients.Read(again.BootstrapServers, topic, 1, 0, 1).Single().Message.Value.ShouldBe([42]);
        using var after = Clients.ConsumerBuilder(Clients.ConsumerConfig(again.BootstrapServers, "kept")).Build();
        after.Committed([new TopicPartition(topic, 1)], Clients.Limit).Single().Offset.Value.ShouldBe(1);
    }

    [Fact]
    public async Task A_folder_or_a_port_in_use_is_refused_plainly()
    {
        await using var broker = await StartAsync();
        (await Should.ThrowAsync<BrokerStartException>(() => StartAsync())).Message.ShouldContain("in use by another broker");
        var other = Directory.CreateTempSubdirectory("other-");
        (await Should.ThrowAsync<BrokerStartException>(() => StartAsync(broker.Port, other.FullName))).Message
            .ShouldContain($"cannot listen on 127.0.0.1:{broker.Port}");
        other.Delete(recursive: true);
    }

    [Fact]
    public async Task Transactions_fail_at_once_and_say_so()
    {
        await using var broker = await StartAsync();
        using var producer = Clients.Producer(broker.BootstrapServers, c => c.TransactionalId = "t");
        var started = TimeProvider.System.GetTimestamp();
        var refused = Should.Throw<KafkaException>(() => producer.InitTransactions(TimeSpan.FromSeconds(20)));
        refused.Error.Code.ShouldBe(ErrorCode.TransactionalIdAuthorizationFailed);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Topics_are_created_by_use_only_where_that_is_switched_on()
    {
        await using (var strict = await StartAsync())
        {
            using var producer = Clients.Producer(strict.BootstrapServers, c => c.MessageTimeoutMs = 2000);
            await Should.ThrowAsync<ProduceException<byte[]?, byte[]?>>(() => producer.ProduceAsync("unknown", new Message<byte[]?, byte[]?> { Value = [1] }, Stop));
        }
        await using var broker = new EmbeddedBroker(
            new BrokerOptions { Folder = _folder.FullName, AutoCreateTopics = true, DefaultPartitions = 3 }, NullLoggerFactory.Instance, TimeProvider.System);
        await broker.StartAsync(Stop);
        using var lenient = Clients.Producer(broker.BootstrapServers);
        await lenient.ProduceAsync("by-use", new Message<byte[]?, byte[]?> { Value = [1] }, Stop);
        broker.Statistics().Partitions.ShouldBe(3);
    }

    [Theory]
    [InlineData("474554202f20485454502f312e310d0a0d0a")] // A browser.
    [InlineData("00000010")] // Half a frame, then silence and the end.
    [InlineData("0000000a00000063000000010000")] // Produce version 99.
    [InlineData("0000000a03e7000000000001ffff")] // API 999.
    [InlineData("0000001000030009000000010000ffffffff7f00")] // Metadata with an array of four thousand million topics.
    [InlineData("1603010200010001fc0303")] // TLS.
    public async Task A_frame_that_cannot_be_read_ends_its_own_connection_only(string hex)
    {
        await using var broker = await StartAsync();
        var topic = await Clients.NewTopicAsync(broker.BootstrapServers, "calm", 1);
        using var producer = Clients.Producer(broker.BootstrapServers);
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = [1] }, Stop);

        using var hostile = new TcpClient();
        await hostile.ConnectAsync("127.0.0.1", broker.Port, Stop);
        var stream = hostile.GetStream();
        await stream.WriteAsync(Convert.FromHexString(hex), Stop);
        hostile.Client.Shutdown(SocketShutdown.Send);
        (await stream.ReadAsync(new byte[100], Stop).AsTask().WaitAsync(Clients.Limit, Stop)).ShouldBe(0);

        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = [2] }, Stop);
        Clients.Read(broker.BootstrapServers, topic, 0, 0, 2).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_unknown_ApiVersions_is_answered_in_version_0()
    {
        await using var broker = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", broker.Port, Stop);
        await client.GetStream().WriteAsync(Convert.FromHexString("0000000a001200630000002affff"), Stop);
        var head = new byte[10];
        await client.GetStream().ReadExactlyAsync(head, Stop);
        BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)).ShouldBe(42);
        BinaryPrimitives.ReadInt16BigEndian(head.AsSpan(8)).ShouldBe((short)ErrorCode.UnsupportedVersion);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_refused_and_the_others_go_on()
    {
        await using var broker = new EmbeddedBroker(
            new BrokerOptions { Folder = _folder.FullName, MaxConnections = 2 }, NullLoggerFactory.Instance, TimeProvider.System);
        await broker.StartAsync(Stop);
        using var first = new TcpClient("127.0.0.1", broker.Port);
        using var second = new TcpClient("127.0.0.1", broker.Port);
        await AnswersAsync(first);
        await AnswersAsync(second);
        using var third = new TcpClient("127.0.0.1", broker.Port);
        (await third.GetStream().ReadAsync(new byte[1], Stop)).ShouldBe(0);
        await AnswersAsync(first);
    }

    private static async Task AnswersAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync(Convert.FromHexString("0000000a001200000000002affff"), Stop);
        var head = new byte[4];
        await client.GetStream().ReadExactlyAsync(head, Stop);
        await client.GetStream().ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head)], Stop);
    }

    private async Task<EmbeddedBroker> StartAsync(int port = 0, string? folder = null)
    {
        var broker = new EmbeddedBroker(new BrokerOptions { Folder = folder ?? _folder.FullName, Port = port }, NullLoggerFactory.Instance, TimeProvider.System);
        await broker.StartAsync(Stop);
        return broker;
    }
}
