namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Debezium's binary.handling.mode.</summary>
public enum BinaryHandlingMode
{
    /// <summary>bytes, which JSON shows as base64.</summary>
    Bytes,

    /// <summary>base64 text.</summary>
    Base64,

    /// <summary>base64 text of the alphabet safe in addresses.</summary>
    Base64UrlSafe,

    /// <summary>Hexadecimal text.</summary>
    Hex,
}
