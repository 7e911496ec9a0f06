namespace HospitalStreaming.Lake.Gcs;

/// <summary>How to reach the bucket.</summary>
/// <param name="Bucket">Bucket name.</param>
/// <param name="Emulator">Address of an emulator, without credentials; null for Google.</param>
/// <param name="QuotaProject">Project that requests are charged to; null for the credentials' own.</param>
/// <param name="AttemptLimit">Longest time of one attempt.</param>
/// <param name="FirstWait">Upper end of the first wait between attempts.</param>
internal sealed record GcsSettings(string Bucket, Uri? Emulator, string? QuotaProject, TimeSpan AttemptLimit, TimeSpan FirstWait)
{
    /// <summary>As configured, with STORAGE_EMULATOR_HOST as Google's clients read it: with or without a scheme.</summary>
    internal static GcsSettings From(LakeOptions options, string? emulatorHost) => new(
        options.Bucket!,
        string.IsNullOrWhiteSpace(emulatorHost) ? null : new Uri(emulatorHost.Contains("://", StringComparison.Ordinal) ? emulatorHost : "http://" + emulatorHost),
        options.QuotaProject,
        options.RequestTimeout,
        TimeSpan.FromSeconds(1));
}
