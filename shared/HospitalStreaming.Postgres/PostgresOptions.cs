namespace HospitalStreaming.Postgres;

/// <summary>Section Postgres: the hospital's database, and how `hospital up` runs the embedded servers.</summary>
public sealed class PostgresOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Postgres";

    /// <summary>
    /// Npgsql connection string of the hospital's database (Host=…;Database=hospital;Username=…;Password=…), version 15 or later, with the right
    /// to create schemas, roles and publications. `hospital up` fills it with the embedded server's where it is empty.
    /// </summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>Folder with postgres and initdb, version 15 or later, for the embedded servers. Empty: the ones npm installed.</summary>
    public string? Binaries { get; set; }

    /// <summary>As root only: the unprivileged user the embedded servers run under. Empty: hospital, postgres or nobody, the first there is.</summary>
    public string? RunAsUser { get; set; }
}
