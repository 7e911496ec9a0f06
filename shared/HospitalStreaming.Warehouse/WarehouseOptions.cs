using HospitalStreaming.Warehouse.Postgres;

namespace HospitalStreaming.Warehouse;

/// <summary>Section Warehouse: where raw, current and marts live.</summary>
public sealed class WarehouseOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Warehouse";

    /// <summary>postgres (default) or bigquery.</summary>
    public string Kind { get; set; } = "postgres";

    /// <summary>PostgreSQL connection string; with Kind postgres only. `hospital up` fills it with its own server where it is empty.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Google Cloud project; with Kind bigquery only.</summary>
    public string? Project { get; set; }

    /// <summary>Prefix of the schemas or data sets. Default hospital: hospital_raw, hospital, hospital_line, hospital_marts.</summary>
    public string Dataset { get; set; } = "hospital";

    /// <summary>
    /// How long current waits for a transaction of which records or the END are missing, before it is shown as it is. Default ten minutes. Only where
    /// the source sends transaction metadata; PostgreSQL only.
    /// </summary>
    public TimeSpan TransactionPatience { get; set; } = PostgresWarehouse.DefaultPatience;

    /// <summary>BigQuery location of the data sets and jobs, e.g. asia-southeast1. Default US. Never changed in place.</summary>
    public string Location { get; set; } = "US";

    /// <summary>Path of a service account's JSON key; empty means Application Default Credentials. With Kind bigquery only.</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>Shortest time between two loads of one BigQuery table. Default one minute: the quota is 1,500 loads a table and day, failed ones included.</summary>
    public TimeSpan LoadInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most bytes one BigQuery query may bill. Default 100 GB; 0 for no limit.</summary>
    public long MaximumBytesBilled { get; set; } = 100L * 1024 * 1024 * 1024;

    /// <summary>
    /// Rows of one table refused in a row for the same column that stop the table, as its type must have changed at the source. Default 20; 0 sends all such
    /// rows to the dead letters.
    /// </summary>
    public int AlikeRefusals { get; set; } = DefaultAlikeRefusals;

    internal const int DefaultAlikeRefusals = 20;
}
