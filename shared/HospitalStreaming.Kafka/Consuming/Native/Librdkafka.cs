using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace HospitalStreaming.Kafka.Consuming.Native;

/// <summary>
/// The calls of librdkafka that take a record out of a client, on the library and the client that Confluent.Kafka has loaded and made. Names,
/// arguments and ownership are those of librdkafka's rdkafka.h, whose C interface is kept compatible.
/// </summary>
internal static unsafe partial class Librdkafka
{
    private const string Library = "librdkafka";

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, Resolve);

    /// <summary>Confluent's client as librdkafka knows it (rd_kafka_t*); valid until the client is disposed of.</summary>
    internal static nint ClientOf(IClient client) => ((SafeHandle)SafeHandleOf(client.Handle)).DangerousGetHandle();

    /// <summary>The queue that a client's records, errors and callbacks come by; to be given back before the client is disposed of.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_consumer")]
    internal static partial nint ConsumerQueue(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void Release(nint queue);

    /// <summary>
    /// Takes messages and errors, each to be destroyed; returns how many. Callbacks (rebalance, errors, logs) run inside it, and it counts as a poll
    /// for max.poll.interval.ms. What was taken before a rebalance callback in the same call is returned too.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_consume_batch_queue")]
    internal static partial nint Take(nint queue, int timeoutMs, NativeMessage** messages, nuint most);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_destroy")]
    internal static partial void Destroy(NativeMessage* message);

    /// <summary>Milliseconds since 1970 UTC; -1 where the message has no time.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    internal static partial long Timestamp(NativeMessage* message, int* kind);

    /// <summary>0 where there are headers; they belong to the message.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_headers")]
    internal static partial int Headers(NativeMessage* message, nint* headers);

    /// <summary>0 where there is a header of that number; name (ended by a zero byte) and value belong to the message.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_header_get_all")]
    internal static partial int Header(nint headers, nuint number, byte** name, byte** value, nuint* valueLength);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_name")]
    internal static partial byte* TopicName(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_errstr")]
    internal static partial byte* ErrorText(NativeMessage* message);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object SafeHandleOf(Handle handle);

    /// <summary>The very file that Confluent.Kafka chose (it has several for Linux): clients of one copy of the library mean nothing to another.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        Confluent.Kafka.Library.Load();
        using var process = Process.GetCurrentProcess();
        var loaded = process.Modules.Cast<ProcessModule>()
            .Select(module => module.FileName)
            .Where(file => Path.GetFileNameWithoutExtension(file).EndsWith(Library, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        // Where a system does not list them, there is one file only.
        return loaded.Count == 1 ? NativeLibrary.Load(loaded[0]) : NativeLibrary.Load(Library, typeof(IClient).Assembly, null);
    }
}
