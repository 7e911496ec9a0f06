using HospitalStreaming.Tests.Conformance.Broker.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>On our broker.</summary>
public sealed class EmbeddedGroupTests(EmbeddedBrokerUnderTest broker) : GroupScenarios(broker), IClassFixture<EmbeddedBrokerUnderTest>;
