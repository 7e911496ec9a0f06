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

    /// <summary>Bucket name without gs://; only with gcs. An emulator's address comes from STORAGE_EMULATOR_HOST.</summary>
    public string? Bucket { get; set; }

    /// <summary>gzip or none; fixed when a lake is first used. Default gzip.</summary>
    public string Compression { get; set; } = "gzip";

    /// <summary>
    /// Path of objects, e.g. topics/{{topic}}/{{timestamp:unit=yyyy}}/{{epoch}}-{{partition}}-{{start_offset}}; fixed when a lake is first used.
    /// Empty: topics/TOPIC/dt=DAY/EPOCH-PARTITION-OFFSET. The compression's extension follows it.
    /// </summary>
    public string? PathTemplate { get; set; }

    /// <summary>
    /// What lines hold: topic, partition, offset, timestamp, headers, key, value; fixed when a lake is first used. Empty: all. The warehouse reads
    /// only lakes whose lines hold all.
    /// </summary>
    public IList<string> Fields { get; } = [];

    /// <summary>
    /// received (default): values byte for byte; unwrapped: the row of each change with __op, __table, __lsn, __source_ts_ms, __deleted. Fixed when
    /// a lake is first used. The warehouse reads only values as received.
    /// </summary>
    public string Values { get; set; } = "received";

    /// <summary>Whether lines hold whole records, from which tables can be made.</summary>
    public bool HasWholeLines => Values != "unwrapped" && (Fields.Count == 0 || Fields.Distinct(StringComparer.Ordinal).Count() == Core.Batching.Lines.LakeLines.Whole.FieldNames.Count());

    /// <summary>Path of a service account's JSON key; only with gcs. Empty: Application Default Credentials (GOOGLE_APPLICATION_CREDENTIALS, or the machine's identity).</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>
    /// Cloud KMS key for new objects, projects/P/locations/L/keyRings/R/cryptoKeys/K; only with gcs. Empty: the bucket's default key, which terraform/ sets.
    /// </summary>
    public string? KmsKey { get; set; }

    /// <summary>
    /// Path of a file with an AES-256 key in base64, sent with each request and not kept by Google; only with gcs, and never with BigQuery, which
    /// cannot read such objects.
    /// </summary>
    public string? CustomerKeyFile { get; set; }

    /// <summary>Project that pays for requests and quota, where it is not the credentials' own; only with gcs.</summary>
    public string? QuotaProject { get; set; }

    /// <summary>Longest time one request may take; only with gcs. Default 60 s; shorter than the consumer's poll interval of 300 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Warehouse:Kind of the same configuration: what a warehouse cannot load is refused at start.</summary>
    internal string? WarehouseKind { get; set; }
}
