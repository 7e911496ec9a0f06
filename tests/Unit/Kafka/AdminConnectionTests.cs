using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Kafka.Clients;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Kafka;

public sealed class AdminConnectionTests
{
    private static readonly TopicPartitionOffsetSpec[] Wanted = [new() { TopicPartition = new TopicPartition("visits", 0), OffsetSpec = OffsetSpec.Latest() }];

    /// <summary>On a client by itself this request ends the process with a segmentation fault or an assertion of librdkafka's.</summary>
    [Fact]
    public void A_request_after_closing_throws()
    {
        var connection = new AdminConnection(NobodyThere);
        var pending = connection.Ask(admin => admin.ListOffsetsAsync(Wanted));
        connection.Dispose();

        Should.Throw<ObjectDisposedException>(() => connection.Ask(admin => admin.ListOffsetsAsync(Wanted)));
        pending.IsCompletedSuccessfully.ShouldBeFalse();
    }

    [Fact]
    public async Task Closing_waits_for_requests_that_are_beginning()
    {
        var connection = new AdminConnection(NobodyThere);
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var beginning = Task.Run(() => connection.Ask(_ =>
        {
            begun.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
            return 1;
        }), TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);
        var closing = Task.Run(connection.Dispose, TestContext.Current.CancellationToken);

        closing.IsCompleted.ShouldBeFalse();
        goOn.Set();
        (await beginning).ShouldBe(1);
        await closing;
    }

    [Fact]
    public void One_that_was_never_asked_opens_nothing() => new AdminConnection(() => throw new InvalidOperationException("opened")).Dispose();

    private static IAdminClient NobodyThere() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = "127.0.0.1:1" }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
