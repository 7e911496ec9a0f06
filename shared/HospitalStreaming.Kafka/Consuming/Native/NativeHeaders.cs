using System.Runtime.InteropServices;

namespace HospitalStreaming.Kafka.Consuming.Native;

/// <summary>Copies a message's headers.</summary>
internal static unsafe class NativeHeaders
{
    /// <summary>In order; a value may be null.</summary>
    internal static IReadOnlyList<KeyValuePair<string, byte[]?>> Of(NativeMessage* message)
    {
        nint headers;
        if (Librdkafka.Headers(message, &headers) != 0)
        {
            return [];
        }

        var copies = new List<KeyValuePair<string, byte[]?>>();
        byte* name;
        byte* value;
        nuint length;
        while (Librdkafka.Header(headers, (nuint)copies.Count, &name, &value, &length) == 0)
        {
            copies.Add(new(Marshal.PtrToStringUTF8((nint)name)!, value is null ? null : new ReadOnlySpan<byte>(value, checked((int)length)).ToArray()));
        }

        return copies;
    }
}
