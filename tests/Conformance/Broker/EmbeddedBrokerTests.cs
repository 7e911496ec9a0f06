using HospitalStreaming.Tests.Conformance.Broker.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>On our broker.</summary>
public sealed class EmbeddedBrokerTests(EmbeddedBrokerUnderTest broker) : BrokerScenarios(broker), IClassFixture<EmbeddedBrokerUnderTest>;
