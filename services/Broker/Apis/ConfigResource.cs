namespace HospitalStreaming.Broker.Apis;

/// <summary>What a configuration request is about; numbers are Kafka's.</summary>
internal enum ConfigResource : sbyte
{
    Topic = 2,
    Broker = 4,
}
