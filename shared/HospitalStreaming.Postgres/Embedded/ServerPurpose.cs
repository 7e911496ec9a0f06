namespace HospitalStreaming.Postgres.Embedded;

/// <summary>What an embedded server is for; its settings follow from it.</summary>
public enum ServerPurpose
{
    /// <summary>The hospital's own database: logical decoding on, every commit on disk before it is acknowledged.</summary>
    Hospital,

    /// <summary>The warehouse: large rebuilds, no replication.</summary>
    Warehouse,
}
