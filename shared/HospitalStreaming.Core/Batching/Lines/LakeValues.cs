namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>How a line holds a record's value.</summary>
public enum LakeValues
{
    /// <summary>Byte for byte.</summary>
    AsReceived,

    /// <summary>The row of a change, as Debezium's ExtractNewRecordState makes it; what is no change stands as received.</summary>
    Unwrapped,
}
