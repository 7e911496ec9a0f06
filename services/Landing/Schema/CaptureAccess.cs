using HospitalStreaming.Core.Domain;
using HospitalStreaming.Postgres;
using Npgsql;

namespace HospitalStreaming.Landing.Schema;

/// <summary>What Capture needs and no more: a publication of exactly the captured tables, and a role that may replicate and read those.</summary>
internal static class CaptureAccess
{
    /// <summary>Name of the publication.</summary>
    public const string Publication = "hospital_publication";

    /// <summary>Name of the role.</summary>
    public const string Role = "hospital_capture";

    private static readonly string Tables = string.Join(", ", HospitalSchema.CapturedTables.Select(table => "public." + table.Name));

    /// <summary>Makes the publication, or sets its tables where they differ.</summary>
    public static async Task EnsurePublicationAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string question = """
            SELECT array(SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1)
            FROM pg_publication WHERE pubname = $1
            """;
        await using var command = new NpgsqlCommand(question, connection) { Parameters = { new() { Value = Publication } } };
        var published = (string[]?)await command.ExecuteScalarAsync(cancellation);
        if (published is null)
        {
            await LandingSchema.RunAsync(connection, $"CREATE PUBLICATION {Publication} FOR TABLE {Tables}", cancellation);
        }
        else if (!published.ToHashSet(StringComparer.Ordinal).SetEquals(HospitalSchema.CapturedTables.Select(table => "public." + table.Name)))
        {
            await LandingSchema.RunAsync(connection, $"ALTER PUBLICATION {Publication} SET TABLE {Tables}", cancellation);
        }
    }

    /// <summary>
    /// Makes the role and sets its rights and password. Where the session may not, says what someone who may has to run: the line can
    /// go on with a role made by hand.
    /// </summary>
    public static async Task<string?> EnsureRoleAsync(NpgsqlConnection connection, string? password, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(password))
        {
            return null;
        }

        var database = PostgresText.Name(connection.Database);
        var secret = PostgresText.Literal(ScramVerifier.Of(password));
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await LandingSchema.RunAsync(connection, $"SELECT pg_advisory_xact_lock({LandingLock.Schema})", cancellation);
            await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)", connection) { Parameters = { new() { Value = Role } } };
            var verb = (bool)(await exists.ExecuteScalarAsync(cancellation))! ? "ALTER" : "CREATE";
            foreach (var statement in new[]
            {
                $"{verb} ROLE {Role} WITH LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD {secret}",
                $"GRANT CONNECT ON DATABASE {database} TO {Role}",
                $"GRANT USAGE ON SCHEMA public TO {Role}",
                $"GRANT SELECT ON {Tables} TO {Role}",
            })
            {
                await LandingSchema.RunAsync(connection, statement, cancellation);
            }

            await transaction.CommitAsync(cancellation);
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return $"the role of Postgres:ConnectionString may not manage role {Role}: let an administrator run CREATE ROLE {Role} WITH LOGIN REPLICATION PASSWORD '…'; GRANT SELECT ON {Tables} TO {Role}; and leave Landing:CapturePassword empty";
        }
    }
}
