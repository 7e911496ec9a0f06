using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>One Kafka for all test classes that need it: it takes seconds to start.</summary>
[CollectionDefinition(nameof(LabKafkaCollection))]
public sealed class LabKafkaCollection : ICollectionFixture<LabKafkaUnderTest>;
