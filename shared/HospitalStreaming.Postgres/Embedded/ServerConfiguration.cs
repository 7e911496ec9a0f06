using System.Globalization;
using System.Text;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>
/// The configuration files of an embedded server, written anew at each start. No statement, value or parameter reaches the log: messages of
/// level ERROR, which quote input, are left out altogether (the client gets them), and DETAIL lines too. Both servers commit synchronously with
/// fsync: a warehouse that lost its last commits while a sink lives on would disagree with what that sink remembers.
/// </summary>
internal static class ServerConfiguration
{
    /// <summary>postgresql.conf.</summary>
    public static string Settings(ServerPurpose purpose, string name, int port)
    {
        var text = new StringBuilder("# Written by hospital at each start: changes here are lost.\n");
        foreach (var (key, value) in Common(name, port).Concat(purpose == ServerPurpose.Hospital ? Hospital : Warehouse))
        {
            text.Append(CultureInfo.InvariantCulture, $"{key} = '{value}'\n");
        }

        return text.ToString();
    }

    /// <summary>pg_hba.conf: passwords only, from this machine only.</summary>
    public const string Access =
        "# Written by hospital at each start: changes here are lost.\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n";

    private static IEnumerable<(string Key, string Value)> Common(string name, int port) =>
    [
        ("listen_addresses", "127.0.0.1"),
        ("port", port.ToString(CultureInfo.InvariantCulture)),
        ("unix_socket_directories", string.Empty),
        ("cluster_name", "hospital-streaming-" + name),
        ("password_encryption", "scram-sha-256"),
        ("max_connections", "100"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("datestyle", "iso, ymd"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("jit", "off"),
        // Two cores are shared with the rest of the line, and containers give little shared memory.
        ("max_parallel_workers_per_gather", "0"),
        ("checkpoint_completion_target", "0.8"),
        ("min_wal_size", "80MB"),
        ("wal_compression", "on"),
        // Small tables that change all the time: vacuum them by count, soon.
        ("autovacuum_naptime", "15s"),
        ("autovacuum_vacuum_scale_factor", "0.05"),
        ("autovacuum_vacuum_threshold", "200"),
        ("autovacuum_analyze_scale_factor", "0.05"),
        ("autovacuum_max_workers", "2"),
        ("idle_in_transaction_session_timeout", "10min"),
        ("tcp_keepalives_idle", "60"),
        ("logging_collector", "off"),
        ("log_destination", "stderr"),
        ("log_line_prefix", "%m [%p] "),
        ("log_min_messages", "log"),
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
        ("log_statement", "none"),
        ("log_min_duration_statement", "-1"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
        ("log_checkpoints", "off"),
        ("log_lock_waits", "off"),
        ("log_autovacuum_min_duration", "-1"),
        ("log_replication_commands", "off"),
    ];

    private static readonly (string Key, string Value)[] Hospital =
    [
        ("wal_level", "logical"),
        ("max_replication_slots", "10"),
        ("max_wal_senders", "10"),
        ("wal_sender_timeout", "30s"),
        ("shared_buffers", "128MB"),
        ("work_mem", "8MB"),
        ("maintenance_work_mem", "64MB"),
        ("max_wal_size", "512MB"),
        ("checkpoint_timeout", "5min"),
    ];

    private static readonly (string Key, string Value)[] Warehouse =
    [
        // With minimal WAL a table that is created and filled in one transaction is synced, not logged: marts are rebuilt like that.
        ("wal_level", "minimal"),
        ("max_wal_senders", "0"),
        ("shared_buffers", "256MB"),
        ("work_mem", "64MB"),
        ("maintenance_work_mem", "128MB"),
        ("max_wal_size", "1GB"),
        ("checkpoint_timeout", "5min"),
        ("default_statistics_target", "50"),
    ];
}
