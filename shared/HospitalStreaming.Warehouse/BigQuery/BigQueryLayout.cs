using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>What the warehouse's tables on BigQuery hold.</summary>
internal static class BigQueryLayout
{
    /// <summary>Last applied claim of each table.</summary>
    internal const string Heads = "load_heads";

    /// <summary>Load jobs of the last 24 hours, failed ones among them.</summary>
    internal const string Jobs = "load_jobs";

    /// <summary>Transactions let go lately, packed, one row a load.</summary>
    internal const string Transactions = "transactions";

    /// <summary>How readers see transactions: one row, or none.</summary>
    internal const string Reads = "transaction_reads";

    /// <summary>Latest truncate of each table: rows it removed may still come, out of partitions that are read later.</summary>
    internal const string Truncations = "truncations";

    /// <summary>The record's own time, in days: what a raw table is partitioned by.</summary>
    internal const string RawDay = "recorded_at";

    /// <summary>Key of a row of raw (<see cref="BigQueryKey"/>); an INT64 unless the table's keys are texts.</summary>
    internal const string KeyId = "key_id";

    /// <summary>Columns of current behind the table's own. BigQuery reserves names that begin with _partition, hence _log_partition.</summary>
    internal static IReadOnlyList<(string Name, string Type)> Meta { get; } =
    [
        ("_deleted", "BOOL"), ("_op", "STRING"), ("_lsn", "INT64"), ("_source_epoch", "INT64"),
        ("_log_partition", "INT64"), ("_offset", "INT64"), ("_committed_at", "TIMESTAMP"),
    ];

    /// <summary>Columns of raw that the lake's lines do not have: whose place it is in the log, and what most questions ask for.</summary>
    internal static IReadOnlyList<(string Name, string Type)> RawOwn { get; } =
    [
        ("stream_epoch", "STRING"), ("source_epoch", "INT64"), ("load_seq", "INT64"), (RawDay, "TIMESTAMP"), (KeyId, "INT64"), ("op", "STRING"), ("lsn", "INT64"),
        ("schema", "STRING"),
    ];

    /// <summary>The lake's lines as they are.</summary>
    internal static IReadOnlyList<(string Name, string Type)> LakeLine { get; } =
    [
        ("topic", "STRING"), ("partition", "INT64"), ("offset", "INT64"), ("timestamp", "INT64"), ("headers", "JSON"),
        ("key", "JSON"), ("value", "JSON"), ("key_bytes", "STRING"), ("value_bytes", "STRING"),
    ];

    /// <summary>The loader's books.</summary>
    internal static IReadOnlyList<(string Name, JArray Fields)> Line { get; } =
    [
        (SignalTables.Current, Fields([("name", "STRING"), ("version", "INT64"), ("changed_at", "TIMESTAMP")])),
        (SignalTables.Marts, Fields([("name", "STRING"), ("version", "INT64"), ("changed_at", "TIMESTAMP")])),
        ("fences", Fields([("name", "STRING"), ("token", "STRING"), ("used_at", "TIMESTAMP")])),
        (Heads, Fields([("table_name", "STRING"), ("seq", "INT64"), ("nonce", "STRING")])),
        ("positions", Fields(
        [
            ("topic", "STRING"), ("partition", "INT64"), ("stream_epoch", "STRING"), ("next_offset", "INT64"), ("rows", "INT64"),
            ("last_day", "DATE"), ("load_seq", "INT64"), ("loaded_at", "TIMESTAMP"), ("applied_next", "INT64"),
        ])),
        ("loaded_objects", Fields(
        [
            ("topic", "STRING"), ("partition", "INT64"), ("stream_epoch", "STRING"), ("start_offset", "INT64"), ("next_offset", "INT64"),
            ("rows", "INT64"), ("sha256", "STRING"), ("generation", "INT64"), ("day", "DATE"), ("load_seq", "INT64"), ("loaded_at", "TIMESTAMP"),
        ])),
        ("poison_records", Fields(
        [
            ("table_name", "STRING"), ("partition", "INT64"), ("offset", "INT64"), ("stream_epoch", "STRING"), ("held_key", "INT64"), ("reason", "STRING"),
            ("held_text", "STRING"),
        ])),
        ("letter_decisions", Fields(
        [
            ("table_name", "STRING"), ("partition", "INT64"), ("offset", "INT64"), ("stream_epoch", "STRING"), ("action", "STRING"), ("settled_at", "TIMESTAMP"),
        ])),
        ("pending_moves", Fields(
        [
            ("table_name", "STRING"), ("key", "INT64"), ("missing_key", "INT64"), ("missing_lsn", "INT64"), ("key_text", "STRING"), ("missing_text", "STRING"),
        ])),
        (Jobs, Fields([("counted", "STRING"), ("submitted_at", "TIMESTAMP")])),
        (Truncations, Fields([("table_name", "STRING"), ("source_epoch", "INT64"), ("lsn", "INT64")])),
        (Transactions, Fields([("seq", "INT64"), ("ended", "STRING")])),
        (Reads, Fields(
        [
            ("whole", "BOOL"), ("given_up", "INT64"), ("tx_id", "INT64"), ("topic", "STRING"), ("present", "INT64"), ("expected", "INT64"), ("since", "TIMESTAMP"),
        ])),
    ];

    internal static JArray LakeLineFields { get; } = Fields(LakeLine);

    /// <summary>A claim's lines where they had to be rewritten: <see cref="RewrittenLines"/>.</summary>
    internal static JArray RewrittenFields(TableDescription table) => Fields([.. LakeLine, .. OwnOf(table).Where(column => column.Name is KeyId or "op" or "lsn")]);

    internal static JArray RawFields(TableDescription table) => Fields([.. OwnOf(table), .. LakeLine]);

    /// <summary>Columns of a table's current behind its own: of a described one, also what its columns cannot hold.</summary>
    internal static IEnumerable<(string Name, string Type)> MetaOf(TableDescription table) =>
    [
        .. Meta,
        .. DescribedTypes.HasTexts(table) ? [(DescribedTypes.Texts, "JSON")] : Array.Empty<(string, string)>(),
        .. BigQueryKey.IsText(table) ? [(BigQueryKey.OwnColumn, "STRING")] : Array.Empty<(string, string)>(),
    ];

    internal static JArray CurrentFields(TableDescription table) => Fields(CurrentOf(table));

    /// <summary>Final rows on their way to current. Keys that are texts bring what the books need of them, as no value of a row stands in a statement.</summary>
    internal static JArray StageFields(TableDescription table) =>
        Fields([.. CurrentOf(table), .. BigQueryKey.IsText(table) ? StagedMove : []]);

    /// <summary>Of a row that was made anew because it moved: that it was, and the delete of which key at which LSN it still waits for.</summary>
    internal static IReadOnlyList<(string Name, string Type)> StagedMove { get; } = [("_moved", "BOOL"), ("_missing_key", "STRING"), ("_missing_lsn", "INT64")];

    /// <summary>hospital_line.signals as every reader knows it.</summary>
    internal static string SignalsView(WarehouseNames names) => string.Join(
        "\nUNION ALL\n",
        new[] { SignalTables.Current, SignalTables.Marts }.Select(table => $"SELECT name, version, changed_at FROM `{names.Line}`.`{table}`"));

    private static IEnumerable<(string Name, string Type)> CurrentOf(TableDescription table) =>
        [.. table.Columns.Select(column => (column.Name, DescribedTypes.Of(column))), .. MetaOf(table)];

    private static IEnumerable<(string Name, string Type)> OwnOf(TableDescription table) =>
        RawOwn.Select(column => column.Name == KeyId ? (KeyId, BigQueryKey.TypeOf(table)) : column);

    private static JArray Fields(IEnumerable<(string Name, string Type)> columns) => new(columns.Select(column =>
        new JObject { ["name"] = column.Name, ["type"] = column.Type, ["mode"] = "NULLABLE" }));
}
