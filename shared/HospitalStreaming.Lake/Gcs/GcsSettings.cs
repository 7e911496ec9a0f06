namespace HospitalStreaming.Lake.Gcs;

/// <summary>How to reach the bucket.</summary>
/// <param name="Bucket">Bucket name.</param>
/// <param name="Emulator">Address of an emulator, without credentials; null for Google.</param>
/// <param name="AttemptLimit">Longest time of one attempt.</param>
/// <param name="FirstWait">Upper end of the first wait between attempts.</param>
internal sealed record GcsSettings(string Bucket, Uri? Emulator, TimeSpan AttemptLimit, TimeSpan FirstWait)
{
    /// <summary>Project that requests are charged to; null for the credentials' own.</summary>
    internal string? QuotaProject { get; init; }

    /// <summary>A service account's JSON key; null for Application Default Credentials.</summary>
    internal string? CredentialsFile { get; init; }

    /// <summary>Cloud KMS key that new objects are encrypted with; null for the bucket's own.</summary>
    internal string? KmsKey { get; init; }

    /// <summary>Key that is sent with each request and not kept by Google; null for none.</summary>
    internal CustomerKey? CustomerKey { get; init; }

    /// <summary>Longer objects go up in a resumable session, bytes.</summary>
    internal int SingleRequestBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Length of a session's parts: a multiple of 256 KiB, bytes.</summary>
    internal int ChunkBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>As configured, with STORAGE_EMULATOR_HOST as Google's clients read it: with or without a scheme.</summary>
    internal static GcsSettings From(LakeOptions options, string? emulatorHost) => new(
        options.Bucket!,
        string.IsNullOrWhiteSpace(emulatorHost) ? null : new Uri(emulatorHost.Contains("://", StringComparison.Ordinal) ? emulatorHost : "http://" + emulatorHost),
        options.RequestTimeout,
        TimeSpan.FromSeconds(1))
    {
        QuotaProject = options.QuotaProject,
        CredentialsFile = options.CredentialsFile,
        KmsKey = options.KmsKey,
        CustomerKey = options.CustomerKeyFile is { Length: > 0 } file ? CustomerKey.Read(file) : null,
    };
}
