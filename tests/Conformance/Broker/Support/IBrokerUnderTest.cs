namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>A broker that the scenarios run on: ours, or a real Kafka.</summary>
public interface IBrokerUnderTest
{
    string BootstrapServers { get; }
}
