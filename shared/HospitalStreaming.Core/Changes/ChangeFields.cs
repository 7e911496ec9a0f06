namespace HospitalStreaming.Core.Changes;

/// <summary>Fixed names of Debezium's messages.</summary>
public static class ChangeFields
{
    /// <summary>Stands in a text column for a large value that the update did not touch and the log does not carry.</summary>
    public const string UnavailableValue = "__debezium_unavailable_value";

    /// <summary>Header of the delete of a key change: the new key as JSON.</summary>
    public const string NewKeyHeader = "__debezium.newkey";

    /// <summary>Header of the create of a key change: the old key as JSON.</summary>
    public const string OldKeyHeader = "__debezium.oldkey";
}
