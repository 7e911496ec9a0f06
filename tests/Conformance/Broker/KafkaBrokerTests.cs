using HospitalStreaming.Tests.Conformance.Broker.Support;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>On the lab's Kafka: shows that the expectations are Kafka's.</summary>
[Collection(nameof(LabKafkaCollection))]
public sealed class KafkaBrokerTests : BrokerScenarios
{
    public KafkaBrokerTests(LabKafkaUnderTest broker)
        : base(broker) => Lab.SkipWhenAbsent();
}
