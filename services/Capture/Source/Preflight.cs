using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Postgres;
using Npgsql;

namespace HospitalStreaming.Capture.Source;

/// <summary>Looks at the source before anything is created there: every problem at once, each with the SQL that mends it.</summary>
internal sealed class Preflight(CaptureSettings settings)
{
    public async Task<PreflightResult> CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var problems = new List<string>();
        var warnings = new List<string>();
        await CheckServerAsync(connection, problems, cancellation);
        await CheckPublicationAsync(connection, problems, warnings, cancellation);
        await CheckTablesAsync(connection, problems, warnings, cancellation);
        return new PreflightResult([.. problems], [.. warnings]);
    }

    private static async Task CheckServerAsync(NpgsqlConnection connection, List<string> problems, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT current_setting('wal_level'), current_setting('server_version_num')::int, current_user::text,
                   (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (reader.GetInt32(1) < 150_000)
        {
            problems.Add("PostgreSQL is older than 15: upgrade it");
        }

        if (reader.GetString(0) != "logical")
        {
            problems.Add($"wal_level is {reader.GetString(0)}: ALTER SYSTEM SET wal_level = logical; then restart PostgreSQL");
        }

        if (!reader.GetBoolean(3))
        {
            problems.Add($"role {reader.GetString(2)} may not replicate: ALTER ROLE {PostgresText.Name(reader.GetString(2))} REPLICATION;");
        }
    }

    private async Task CheckPublicationAsync(NpgsqlConnection connection, List<string> problems, List<string> warnings, CancellationToken cancellation)
    {
        var name = PostgresText.Name(settings.PublicationName);
        await using var command = new NpgsqlCommand(
            """
            SELECT p.pubinsert AND p.pubupdate AND p.pubdelete,
                   ARRAY(SELECT t.schemaname || '.' || t.tablename FROM pg_publication_tables t WHERE t.pubname = p.pubname)
            FROM pg_publication p WHERE p.pubname = $1
            """, connection);
        command.Parameters.AddWithValue(settings.PublicationName);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            problems.Add($"publication {settings.PublicationName} does not exist: CREATE PUBLICATION {name} FOR TABLE {Join(settings.Tables)};");
            return;
        }

        if (!reader.GetBoolean(0))
        {
            problems.Add($"publication {settings.PublicationName} leaves out inserts, updates or deletes: ALTER PUBLICATION {name} SET (publish = 'insert, update, delete, truncate');");
        }

        var published = reader.GetFieldValue<string[]>(1).ToHashSet(StringComparer.Ordinal);
        var missing = settings.Tables.Where(table => !published.Contains(table)).ToList();
        if (missing.Count > 0)
        {
            problems.Add($"publication {settings.PublicationName} lacks {string.Join(", ", missing)}: ALTER PUBLICATION {name} ADD TABLE {Join(missing)};");
        }

        if (published.Any(table => !settings.Tables.Contains(table)))
        {
            warnings.Add($"publication {settings.PublicationName} carries tables that are not captured: the source decodes them for nothing; ALTER PUBLICATION {name} SET TABLE {Join(settings.Tables)};");
        }
    }

    private async Task CheckTablesAsync(NpgsqlConnection connection, List<string> problems, List<string> warnings, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT t.name, c.oid IS NOT NULL, c.relreplident,
                   EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary),
                   COALESCE(has_table_privilege(c.oid, 'SELECT'), false),
                   c.reltoastrelid <> 0 AND EXISTS (
                     SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attlen = -1
                     AND a.attstorage IN ('x', 'e') AND (a.atttypid NOT IN (1042, 1043) OR a.atttypmod < 0 OR a.atttypmod > 2004)),
                   current_user::text
            FROM unnest($1::text[]) AS t(name)
            LEFT JOIN LATERAL (
              SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname || '.' || c.relname = t.name AND c.relkind IN ('r', 'p')) c ON true
            """, connection);
        command.Parameters.AddWithValue(settings.Tables.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var table = reader.GetString(0);
            if (!reader.GetBoolean(1))
            {
                problems.Add($"table {table} does not exist: create it, or take it out of Capture:TableIncludeList");
                continue;
            }

            var identity = reader.GetChar(2);
            var hasKey = reader.GetBoolean(3);
            if (identity == 'n' || (identity == 'd' && !hasKey))
            {
                problems.Add($"table {table} has no replica identity, so its updates and deletes fail at the source: ALTER TABLE {Quote(table)} ADD PRIMARY KEY (…); or ALTER TABLE {Quote(table)} REPLICA IDENTITY FULL;");
            }

            if (!reader.GetBoolean(4))
            {
                problems.Add($"role {reader.GetString(6)} may not read {table}: GRANT SELECT ON {Quote(table)} TO {PostgresText.Name(reader.GetString(6))};");
            }

            if (!hasKey)
            {
                warnings.Add($"table {table} has no primary key: its changes carry no key and are not told apart downstream");
            }

            if (identity != 'f' && reader.GetBoolean(5))
            {
                warnings.Add($"table {table} has wide columns: updates that leave them alone carry a mark instead of the value");
            }
        }
    }

    private static string Join(IEnumerable<string> tables) => string.Join(", ", tables.Select(Quote));

    private static string Quote(string table)
    {
        var dot = table.IndexOf('.', StringComparison.Ordinal);
        return PostgresText.Name(table[..dot]) + "." + PostgresText.Name(table[(dot + 1)..]);
    }
}
