namespace HospitalStreaming.Core.Changes;

/// <summary>Debezium's source.snapshot: whether a row was read by a snapshot, and where in it.</summary>
public enum SnapshotMarker
{
    /// <summary>"false" or absent: streamed.</summary>
    None,

    /// <summary>"first": the first row of the whole snapshot.</summary>
    First,

    /// <summary>"first_in_data_collection": the first row of a table.</summary>
    FirstInTable,

    /// <summary>"true": any other row.</summary>
    Within,

    /// <summary>"last_in_data_collection": the last row of a table.</summary>
    LastInTable,

    /// <summary>"last": the last row of the whole snapshot.</summary>
    Last,

    /// <summary>"incremental": read by a snapshot that runs beside the stream.</summary>
    Incremental,
}
