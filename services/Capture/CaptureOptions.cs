using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Capture;

/// <summary>Section Capture: native change capture. Names and values are Debezium's where it has them (slot.name is SlotName).</summary>
public sealed class CaptureOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Capture";

    /// <summary>
    /// Npgsql connection string of the captured database, of a role with LOGIN, REPLICATION and SELECT on the captured tables only. Empty: the one
    /// of section Postgres, whose rights are more than capture needs.
    /// </summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>slot.name. Default hospital_slot. A new name means a new slot and a new snapshot.</summary>
    public string SlotName { get; set; } = "hospital_slot";

    /// <summary>publication.name. Default hospital_publication. It must exist and carry the captured tables; capture never changes it.</summary>
    public string PublicationName { get; set; } = "hospital_publication";

    /// <summary>topic.prefix. Default postgres-source.</summary>
    public string TopicPrefix { get; set; } = TopicNames.ChangePrefix;

    /// <summary>table.include.list: schema.table, joined by commas. Default the hospital's seven tables.</summary>
    public string TableIncludeList { get; set; } = string.Join(',', HospitalSchema.CapturedTables.Select(table => "public." + table.Name));

    /// <summary>decimal.handling.mode: string, precise or double. Default string: the line reads that.</summary>
    public string DecimalHandlingMode { get; set; } = "string";

    /// <summary>time.precision.mode: adaptive, adaptive_time_microseconds, connect or isostring. Default adaptive.</summary>
    public string TimePrecisionMode { get; set; } = "adaptive";

    /// <summary>binary.handling.mode: bytes, base64, base64-url-safe or hex. Default bytes.</summary>
    public string BinaryHandlingMode { get; set; } = "bytes";

    /// <summary>interval.handling.mode: numeric or string. Default numeric.</summary>
    public string IntervalHandlingMode { get; set; } = "numeric";

    /// <summary>hstore.handling.mode: json or map. Default json.</summary>
    public string HstoreHandlingMode { get; set; } = "json";

    /// <summary>tombstones.on.delete. Default true.</summary>
    public bool TombstonesOnDelete { get; set; } = true;

    /// <summary>
    /// provide.transaction.metadata: BEGIN and END of each transaction on TOPICPREFIX.transaction, and its place in each change, so that a warehouse
    /// can show whole transactions. Default true, as compose's Debezium has it.
    /// </summary>
    public bool TransactionMetadata { get; set; } = true;

    /// <summary>skipped.operations: any of c, u, d, t joined by commas, or none. Default t: truncates are not sent.</summary>
    public string SkippedOperations { get; set; } = "t";

    /// <summary>snapshot.mode: initial (rows that stand at the start, then the stream) or no_data (the stream only). Default initial.</summary>
    public string SnapshotMode { get; set; } = "initial";

    /// <summary>
    /// heartbeat.interval.ms: how often a logical message is written at the source, so that an idle database does not hold its log. 0 writes none.
    /// Default 10,000.
    /// </summary>
    public int HeartbeatIntervalMs { get; set; } = 10_000;

    /// <summary>status.update.interval.ms: how often the source is told what is done, however slow the broker is. Default 1,000.</summary>
    public int StatusUpdateIntervalMs { get; set; } = 1_000;

    /// <summary>
    /// offset.flush.interval.ms: how often the position is recorded and then confirmed to the slot; what came after it is sent again after a crash.
    /// Default 5,000.
    /// </summary>
    public int OffsetFlushIntervalMs { get; set; } = 5_000;

    /// <summary>Bytes of messages sent and not yet acknowledged, at most. Default 16 MiB. Reading the log waits above it.</summary>
    public int MaxInFlightBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes of write-ahead log the slot may hold at the source before capture warns. Default 2 GiB.</summary>
    public long WalBudgetBytes { get; set; } = 2L * 1024 * 1024 * 1024;
}
