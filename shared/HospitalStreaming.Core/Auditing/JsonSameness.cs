namespace HospitalStreaming.Core.Auditing;

/// <summary>What makes a JSON text that came back from a warehouse the same as the one that went in.</summary>
public enum JsonSameness
{
    /// <summary>Every byte: the warehouse keeps texts.</summary>
    Bytes,

    /// <summary>Every value: the warehouse keeps JSON values and writes them in its own order and spacing. Numbers are the same when their decimal values are.</summary>
    Values,
}
