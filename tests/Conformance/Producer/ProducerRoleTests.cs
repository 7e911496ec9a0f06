using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Broker;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Producer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Producer;

/// <summary>The role on our broker.</summary>
public sealed class ProducerRoleTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly SimulationSettings Stream = new("h1", 11, new DateOnly(2025, 1, 1), 3_000);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("producer-");
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync() => await StartBrokerAsync(0);

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_leaves_nothing_out_and_writes_nothing_twice()
    {
        var topics = new ProducedStream(_broker.BootstrapServers);
        var history = new HospitalSimulation(Stream).From(SimulationCheckpoint.Beginning).TakeWhile(item => item.IsHistory).LongCount();
        long[] killAt = [1, 700, 4_000, 9_000, history, history + 400];
        foreach (var count in killAt)
        {
            using var child = ProducerChild.Start(_broker.BootstrapServers, Settings(rate: "500"));
            await topics.UntilAsync(written => written >= count, Limit, Cancellation);
            child.Kill();
            await child.WaitForExitAsync(Cancellation);
        }

        using var host = await StartAsync(rate: "500");
        var before = topics.Count();
        await topics.UntilAsync(written => written >= before + 500, Limit, Cancellation);
        await host.StopAsync(Cancellation);

        topics.ShouldBeTheStream(Stream, topics.Count());
        host.Services.GetRequiredService<ProducerProgress>().Sequence.ShouldBe(topics.Count() - 1);
    }

    [Fact]
    public async Task A_broker_that_goes_away_and_comes_back_costs_nothing()
    {
        using var host = await StartAsync(rate: "400");
        var topics = new ProducedStream(_broker.BootstrapServers);
        foreach (var count in new[] { 2_000L, 6_000L })
        {
            await topics.UntilAsync(written => written >= count, Limit, Cancellation);
            var port = _broker.Port;
            await _broker.DisposeAsync();
            await StartBrokerAsync(port);
        }

        var back = topics.Count();
        await topics.UntilAsync(written => written >= back + 3_000, Limit, Cancellation);
        await host.StopAsync(Cancellation);

        topics.ShouldBeTheStream(Stream, topics.Count());
    }

    [Fact]
    public async Task Started_before_the_broker_it_waits_and_says_so()
    {
        var port = _broker.Port;
        var address = _broker.BootstrapServers;
        await _broker.DisposeAsync();
        using var host = ProducerChild.Build(address, null, Settings("0"));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => State(host)?.Detail.Contains(address, StringComparison.Ordinal) ?? false);

        await StartBrokerAsync(port);
        await new ProducedStream(address).UntilAsync(written => written > 5_000, Limit, Cancellation);
        await UntilAsync(() => State(host)?.Condition == RoleCondition.Healthy);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Other_writers_behind_its_last_record_do_not_confuse_it()
    {
        var topics = new ProducedStream(_broker.BootstrapServers);
        using (var first = await StartAsync(rate: "0"))
        {
            await UntilAsync(() => first.Services.GetRequiredService<ProducerProgress>().History >= 1);
            await first.StopAsync(Cancellation);
        }

        var history = topics.Count();
        using (var other = topics.Clients.Producer("other"))
        {
            for (var number = 0; number < 5_000; number++)
            {
                other.Produce(TopicNames.Events.ElementAt(number % 6), new Message<byte[]?, byte[]?>
                {
                    Key = Encoding.UTF8.GetBytes($"{number}"),
                    Value = "{}"u8.ToArray(),
                    Headers = [new Header("event_id", Encoding.UTF8.GetBytes($"synthea-{number:D12}"))],
                });
            }

            other.Flush(Limit);
        }

        using var second = await StartAsync(rate: "1000");
        await topics.UntilAsync(written => written >= history + 5_000 + 300, Limit, Cancellation);
        await second.StopAsync(Cancellation);

        topics.ShouldBeTheStream(Stream, topics.Count() - 5_000);
    }

    [Fact]
    public async Task Settings_that_contradict_the_topics_stop_it_and_name_both()
    {
        using (var first = await StartAsync(rate: "0"))
        {
            await UntilAsync(() => first.Services.GetRequiredService<ProducerProgress>().Sequence > 100);
            await first.StopAsync(Cancellation);
        }

        var topics = new ProducedStream(_broker.BootstrapServers);
        var before = topics.Count();
        using var second = await StartAsync("0", ("Producer:Seed", "12"));
        await UntilAsync(() => State(second)?.Condition == RoleCondition.Unhealthy);

        State(second)!.Detail.ShouldContain("is 12, but the stream in the topics has 11");
        topics.Count().ShouldBe(before);
        await second.StopAsync(Cancellation);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static (string, string)[] Settings(string rate, params (string Key, string Value)[] more)
    {
        (string Key, string Value)[] settings =
            [("Producer:Rate", rate), ("Producer:Seed", "11"), ("Producer:StartDate", "2025-01-01"), ("Producer:HistoryVisits", "3000")];
        return [.. settings.ExceptBy(more.Select(setting => setting.Key), setting => setting.Key), .. more];
    }

    private static RoleState? State(IHost host) => host.Services.GetRequiredService<RoleHealth>().States.SingleOrDefault();

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Limit);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    private async Task<IHost> StartAsync(string rate, params (string Key, string Value)[] more)
    {
        var host = ProducerChild.Build(_broker.BootstrapServers, null, Settings(rate, more));
        await host.StartAsync(Cancellation);
        return host;
    }

    private async Task StartBrokerAsync(int port)
    {
        _broker = new EmbeddedBroker(new BrokerOptions { Folder = _folder.FullName, Port = port }, NullLoggerFactory.Instance, TimeProvider.System);
        await _broker.StartAsync(Cancellation);
    }
}
