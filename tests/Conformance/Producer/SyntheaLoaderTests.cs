using HospitalStreaming.Broker;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Producer.Synthea;
using HospitalStreaming.Tests.Support.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Producer;

/// <summary>A whole export through a broker.</summary>
public sealed class SyntheaLoaderTests
{
    [Fact]
    public async Task The_labs_export_of_35_patients_loads_and_loading_it_again_repeats_the_same_events()
    {
        Lab.SkipWhenAbsent();
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("synthea-");
        await using var broker = new EmbeddedBroker(new BrokerOptions { Folder = folder.FullName }, NullLoggerFactory.Instance, TimeProvider.System);
        await broker.StartAsync(cancellation);
        var topics = new ProducedStream(broker.BootstrapServers);
        var loader = new SyntheaLoader(topics.Clients, new TopicSetup(topics.Clients, Options.Create(new KafkaOptions { BootstrapServers = broker.BootstrapServers })));
        var archive = Path.Combine(Lab.Folder!, "vectors", "synthea", "csv-35-patients.tgz");

        var first = await loader.LoadAsync(archive, SyntheaLoader.DefaultHospitalId, null, cancellation);
        var second = await loader.LoadAsync(archive, SyntheaLoader.DefaultHospitalId, null, cancellation);

        first.Rows["patients"].ShouldBe(35);
        first.Rows["visits"].ShouldBe(2_714);
        first.Rows["billing_payments"].ShouldBe(2_714);
        first.Rows["prescriptions"].ShouldBe(1_929);
        first.SkippedRows.ShouldBe(0);
        second.Events.ShouldBe(first.Events);
        var records = topics.ReadAll();
        records.Count.ShouldBe((int)first.Events * 2);
        records.GroupBy(record => ProducedStream.HeaderOf(record, "event_id")).ShouldAllBe(same => same.Count() == 2);
        records.GroupBy(record => ProducedStream.HeaderOf(record, "event_id"))
            .Count(same => !same.First().Message.Value.AsSpan().SequenceEqual(same.Last().Message.Value)).ShouldBe(0);
        await broker.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
