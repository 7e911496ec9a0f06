namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>What a path template can hold, in the spelling of Aiven's sinks; epoch is ours.</summary>
internal enum LayoutVariable
{
    /// <summary>{{topic}}.</summary>
    Topic,

    /// <summary>{{epoch}}: the topic's life.</summary>
    Epoch,

    /// <summary>{{partition}}.</summary>
    Partition,

    /// <summary>{{start_offset}}, always 20 digits.</summary>
    StartOffset,

    /// <summary>{{timestamp:unit=yyyy}}.</summary>
    Year,

    /// <summary>{{timestamp:unit=MM}}.</summary>
    Month,

    /// <summary>{{timestamp:unit=dd}}.</summary>
    Day,

    /// <summary>{{timestamp:unit=HH}}.</summary>
    Hour,
}
