namespace HospitalStreaming.Modelling.Compiling;

/// <summary>The SQL that models are rendered in.</summary>
public enum ModelDialect
{
    /// <summary>PostgreSQL 15 or later (dbt's type postgres).</summary>
    Postgres,

    /// <summary>GoogleSQL on BigQuery (dbt's type bigquery).</summary>
    BigQuery,
}
