using System.Globalization;
using HospitalStreaming.Capture.State;
using HospitalStreaming.Core.Changes;
using Npgsql;

namespace HospitalStreaming.Capture.Source;

/// <summary>Facts of the source: who it is, its slot, its clock.</summary>
internal static class SourceCatalog
{
    public static async Task<SourceIdentity> IdentifyAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT s.system_identifier::text, pg_current_wal_lsn()::text,
                   ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
            FROM pg_control_system() s
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new SourceIdentity(reader.GetString(0), (uint)reader.GetInt32(2), Lsn.Parse(reader.GetString(1)));
    }

    public static async Task<SlotState?> SlotAsync(NpgsqlConnection connection, string slot, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT COALESCE(plugin, ''), COALESCE(database, ''), COALESCE(confirmed_flush_lsn, '0/0')::text, COALESCE(wal_status, 'lost'),
                   COALESCE(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
            FROM pg_replication_slots WHERE slot_name = $1
            """, connection);
        command.Parameters.AddWithValue(slot);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new SlotState(reader.GetString(0), reader.GetString(1), Lsn.Parse(reader.GetString(2)), reader.GetString(3), reader.GetInt64(4))
            : null;
    }

    /// <summary>The source's clock in microseconds since 1970, the end of its log, and a transaction id of its own for the snapshot's rows.</summary>
    public static async Task<(long Micros, Lsn Current, uint TransactionId)> NowAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, pg_current_wal_lsn()::text, (txid_current() % 4294967296)::text", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), Lsn.Parse(reader.GetString(1)), uint.Parse(reader.GetString(2), CultureInfo.InvariantCulture));
    }
}
