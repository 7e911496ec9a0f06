using Npgsql;

namespace HospitalStreaming.Capture.Source;

/// <summary>Key columns of tables whose replica identity does not name them.</summary>
internal static class KeyCatalog
{
    /// <summary>The primary key's columns, or none.</summary>
    public static async Task<IReadOnlySet<string>> PrimaryKeyAsync(NpgsqlConnection connection, uint table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = $1::bigint::oid AND i.indisprimary
            """, connection);
        command.Parameters.AddWithValue((long)table);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}
