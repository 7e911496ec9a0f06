namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>What a <see cref="JsonWalk"/> can stand on.</summary>
internal enum JsonPiece
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>A property's name.</summary>
    Name,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>true, false or null.</summary>
    Word,

    /// <summary>The beginning of an object or an array.</summary>
    Open,

    /// <summary>Its end.</summary>
    Close,
}
