namespace HospitalStreaming.Warehouse.Sql;

/// <summary>The warehouse's SQL.</summary>
public enum SqlDialect
{
    /// <summary>PostgreSQL 15 or later.</summary>
    Postgres,

    /// <summary>GoogleSQL on BigQuery.</summary>
    BigQuery,
}
