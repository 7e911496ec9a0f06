using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Tests.Conformance.Broker.Support;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Producer;

/// <summary>The role on Apache Kafka; a server of its own, because the topics' names are fixed.</summary>
public sealed class ProducerOnKafkaTests(LabKafkaUnderTest kafka) : IClassFixture<LabKafkaUnderTest>
{
    [Fact]
    public async Task Killed_at_any_moment_it_leaves_nothing_out_and_writes_nothing_twice()
    {
        Lab.SkipWhenAbsent();
        var cancellation = TestContext.Current.CancellationToken;
        var stream = new SimulationSettings("h1", 5, new DateOnly(2025, 6, 1), 2_000);
        (string, string)[] settings = [("Producer:Rate", "300"), ("Producer:Seed", "5"), ("Producer:StartDate", "2025-06-01"), ("Producer:HistoryVisits", "2000")];
        var topics = new ProducedStream(kafka.BootstrapServers);
        foreach (var count in new[] { 500L, 6_000L, 12_500L })
        {
            using var child = ProducerChild.Start(kafka.BootstrapServers, settings);
            await topics.UntilAsync(written => written >= count, TimeSpan.FromSeconds(60), cancellation);
            child.Kill();
            await child.WaitForExitAsync(cancellation);
        }

        using var host = ProducerChild.Build(kafka.BootstrapServers, null, settings);
        await host.StartAsync(cancellation);
        await topics.UntilAsync(written => written >= 13_000, TimeSpan.FromSeconds(60), cancellation);
        await host.StopAsync(cancellation);

        topics.ShouldBeTheStream(stream, topics.Count());
    }
}
