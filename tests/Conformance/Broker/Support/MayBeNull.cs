using Confluent.Kafka;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>Bytes as they are: null stays null, empty stays empty.</summary>
internal sealed class MayBeNull : ISerializer<byte[]?>, IDeserializer<byte[]?>
{
    public static readonly MayBeNull Instance = new();

    public byte[]? Serialize(byte[]? data, SerializationContext context) => data;

    public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
}
