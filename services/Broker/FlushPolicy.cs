namespace HospitalStreaming.Broker;

/// <summary>When records are forced to disk. All three survive kill -9 of the process; they differ in what a power cut may cost.</summary>
public enum FlushPolicy
{
    /// <summary>When the operating system does, within about 30 s: a power cut may cost that much.</summary>
    Os,

    /// <summary>Every <see cref="BrokerOptions.FlushInterval"/>: a power cut may cost that much.</summary>
    Interval,

    /// <summary>Before each produce request is answered, and before consumers see it: a power cut costs nothing that was acknowledged.</summary>
    Each,
}
