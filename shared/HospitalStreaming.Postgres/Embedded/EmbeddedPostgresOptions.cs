namespace HospitalStreaming.Postgres.Embedded;

/// <summary>One embedded server.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Short name: hospital or warehouse. Shown in process titles, health (postgres-NAME) and messages.</summary>
    public required string Name { get; init; }

    /// <summary>Settings to run with.</summary>
    public required ServerPurpose Purpose { get; init; }

    /// <summary>Folder of this server alone (data, password, log, lock); made with mode 0700 where missing.</summary>
    public required string Folder { get; init; }

    /// <summary>Port on 127.0.0.1; 0 takes the port of the last run if it is free, else any free one.</summary>
    public int Port { get; init; }

    /// <summary>Configuration key to name when <see cref="Port"/> is taken.</summary>
    public string PortSetting { get; init; } = "Line:PostgresPort";

    /// <summary>Folder with postgres and initdb, version 15 or later; null takes the ones npm installed.</summary>
    public string? BinariesFolder { get; init; }

    /// <summary>As root only: the user to run under. Null takes the data folder's owner, else hospital, postgres or nobody.</summary>
    public string? RunAsUser { get; init; }

    /// <summary>Databases that exist after a start, beside postgres.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>How long an ordered stop may take before the server is stopped hard (it then recovers at the next start). Default 8 s.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a start, crash recovery included, may take. Default 60 s.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(60);
}
