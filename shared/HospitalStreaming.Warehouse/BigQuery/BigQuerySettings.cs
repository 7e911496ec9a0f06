namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>How to reach BigQuery.</summary>
/// <param name="Project">Project of the data sets and jobs.</param>
/// <param name="Location">Location of both.</param>
/// <param name="Emulator">Address of an emulator, without credentials; null for Google.</param>
/// <param name="CredentialsFile">A service account's key file; null for Application Default Credentials.</param>
/// <param name="MaximumBytesBilled">Most bytes one query may bill; 0 for no limit.</param>
/// <param name="FirstWait">Upper end of the first wait between attempts, and the wait between two looks at a running job.</param>
public sealed record BigQuerySettings(string Project, string Location, Uri? Emulator, string? CredentialsFile, long MaximumBytesBilled, TimeSpan FirstWait)
{
    /// <summary>As configured, with BIGQUERY_EMULATOR_HOST as Google's clients read it: with or without a scheme.</summary>
    public static BigQuerySettings From(WarehouseOptions options, string? emulatorHost) => new(
        options.Project ?? throw new InvalidOperationException("Warehouse:Project is not set"),
        options.Location,
        string.IsNullOrWhiteSpace(emulatorHost) ? null : new Uri(emulatorHost.Contains("://", StringComparison.Ordinal) ? emulatorHost : "http://" + emulatorHost),
        string.IsNullOrWhiteSpace(options.CredentialsFile) ? null : options.CredentialsFile,
        options.MaximumBytesBilled,
        TimeSpan.FromSeconds(1));
}
