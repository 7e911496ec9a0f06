namespace HospitalStreaming.Warehouse;

/// <summary>Which warehouse is used.</summary>
public enum WarehouseKind
{
    /// <summary>Not one we know.</summary>
    Unknown,

    /// <summary>PostgreSQL 15 or later.</summary>
    Postgres,

    /// <summary>BigQuery.</summary>
    BigQuery,
}
