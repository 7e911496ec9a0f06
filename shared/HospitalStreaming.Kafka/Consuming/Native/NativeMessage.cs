using System.Runtime.InteropServices;

namespace HospitalStreaming.Kafka.Consuming.Native;

/// <summary>rd_kafka_message_t of librdkafka's rdkafka.h; its memory is the library's until the message is destroyed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    /// <summary>0 for a record; else an error code, and the value is its text.</summary>
    internal int Error;

    /// <summary>rd_kafka_topic_t*; the same for all messages of a topic that a client holds.</summary>
    internal nint Topic;

    internal int Partition;

    /// <summary>Null for a tombstone.</summary>
    internal byte* Value;

    internal nuint ValueLength;

    /// <summary>Null where there is no key.</summary>
    internal byte* Key;

    internal nuint KeyLength;

    internal long Offset;

    private nint _private;
}
