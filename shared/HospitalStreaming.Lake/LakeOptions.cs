namespace HospitalStreaming.Lake;

/// <summary>Section Lake: where change objects are kept.</summary>
public sealed class LakeOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Lake";

    /// <summary>folder or gcs. Default folder.</summary>
    public string Kind { get; set; } = "folder";

    /// <summary>The lake's folder; only with folder. `hospital up` fills it with a folder of its state where it is empty.</summary>
    public string? Folder { get; set; }

    /// <summary>Bucket name without gs://; only with gcs. Credentials come from GOOGLE_APPLICATION_CREDENTIALS or the machine's own; an emulator from STORAGE_EMULATOR_HOST.</summary>
    public string? Bucket { get; set; }

    /// <summary>gzip or none; fixed when a lake is first used. Default gzip.</summary>
    public string Compression { get; set; } = "gzip";

    /// <summary>Project that pays for requests and quota, where it is not the credentials' own; only with gcs.</summary>
    public string? QuotaProject { get; set; }

    /// <summary>Longest time one request may take; only with gcs. Default 60 s; shorter than the consumer's poll interval of 300 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
