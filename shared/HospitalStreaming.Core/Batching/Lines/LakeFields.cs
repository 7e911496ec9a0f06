namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>What of a record its line holds.</summary>
[Flags]
public enum LakeFields
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Topic.</summary>
    Topic = 1,

    /// <summary>Partition.</summary>
    Partition = 2,

    /// <summary>Offset.</summary>
    Offset = 4,

    /// <summary>Timestamp, milliseconds since 1970 UTC.</summary>
    Timestamp = 8,

    /// <summary>Headers.</summary>
    Headers = 16,

    /// <summary>Key.</summary>
    Key = 32,

    /// <summary>Value.</summary>
    Value = 64,

    /// <summary>All of it.</summary>
    All = Topic | Partition | Offset | Timestamp | Headers | Key | Value,
}
