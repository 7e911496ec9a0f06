using HospitalStreaming.Core.Domain;
using Npgsql;

namespace HospitalStreaming.Landing.Schema;

/// <summary>
/// Makes and migrates the hospital's tables and Landing's own books. Everything can be run again and changes nothing the second time; one
/// transaction, under a lock, as two Landings may start at once.
/// </summary>
internal static class LandingSchema
{
    private const string OldestVersion = "15.0";

    /// <summary>
    /// Landing's books, kept out of the publication. offsets: the next record of each partition, and which life of the topic it belongs to.
    /// waiting events keep their bytes as they came; waits_table is empty for a deletion that waits until nothing refers to its row.
    /// </summary>
    private static readonly string[] Books =
    [
        "CREATE SCHEMA IF NOT EXISTS landing",
        """
        CREATE TABLE IF NOT EXISTS landing.offsets (
          topic text NOT NULL, partition integer NOT NULL, next_offset bigint NOT NULL, topic_id text NOT NULL,
          CONSTRAINT offsets_pkey PRIMARY KEY (topic, partition))
        """,
        """
        CREATE TABLE IF NOT EXISTS landing.pending (
          topic text NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL,
          table_name text NOT NULL, row_key bigint NOT NULL,
          waits_table text NOT NULL, waits_key bigint NOT NULL,
          arrived_at timestamptz NOT NULL, record_key bytea NOT NULL, record_value bytea NOT NULL,
          CONSTRAINT pending_pkey PRIMARY KEY (topic, partition, "offset"))
        """,
        "CREATE INDEX IF NOT EXISTS pending_row_idx ON landing.pending (table_name, row_key)",
        "CREATE INDEX IF NOT EXISTS pending_waits_idx ON landing.pending (waits_table, waits_key)",
        "CREATE INDEX IF NOT EXISTS pending_arrived_idx ON landing.pending (arrived_at)",
    ];

    /// <summary>Brings the database up to date, captured tables, books, publication and capture's role.</summary>
    /// <param name="connection">Open, of an owner of the database.</param>
    /// <param name="capturePassword">Password of capture's role; null leaves the role alone.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What could not be done for want of rights and someone else must do, in plain words; null if nothing.</returns>
    /// <exception cref="LandingRefusedException">The server is too old.</exception>
    public static async Task<string?> EnsureAsync(NpgsqlConnection connection, string? capturePassword, CancellationToken cancellation)
    {
        if (connection.PostgreSqlVersion < Version.Parse(OldestVersion))
        {
            throw new LandingRefusedException($"the hospital's database is PostgreSQL {connection.PostgreSqlVersion}: version 15 or later is needed");
        }

        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await RunAsync(connection, $"SELECT pg_advisory_xact_lock({LandingLock.Schema})", cancellation);
            await EnsureTablesAsync(connection, cancellation);

            await CaptureAccess.EnsurePublicationAsync(connection, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return await CaptureAccess.EnsureRoleAsync(connection, capturePassword, cancellation);
    }

    private static async Task EnsureTablesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var question = new NpgsqlCommand(PostgresDdl.StandingNames, connection);
        var standing = ((string[])(await question.ExecuteScalarAsync(cancellation))!).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, sql) in HospitalSchema.CapturedTables.SelectMany(PostgresDdl.Steps))
        {
            if (!standing.Contains(name))
            {
                await RunAsync(connection, sql, cancellation);
            }
        }

        foreach (var statement in Books)
        {
            await RunAsync(connection, statement, cancellation);
        }
    }

    internal static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
