namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Debezium's hstore.handling.mode.</summary>
public enum HstoreHandlingMode
{
    /// <summary>A text that holds a JSON object.</summary>
    Json,

    /// <summary>A JSON object.</summary>
    Map,
}
