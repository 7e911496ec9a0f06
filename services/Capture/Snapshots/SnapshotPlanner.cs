using System.Collections.Immutable;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Capture.Source;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Postgres;
using Npgsql;

namespace HospitalStreaming.Capture.Snapshots;

/// <summary>
/// Plans the reads: the columns and rows the publication carries, each column through its type's own output function, so that a snapshot row is
/// spelled exactly as the stream spells it (a cast to text would trim char(n) and change inet).
/// </summary>
internal sealed class SnapshotPlanner(CaptureSettings settings, TypeCatalog types)
{
    public async Task<IReadOnlyList<SnapshotTable>> PlanAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var plans = new List<SnapshotTable>();
        foreach (var table in settings.SnapshotOrder)
        {
            plans.Add(await PlanAsync(connection, table, cancellation));
        }

        return plans;
    }

    private async Task<SnapshotTable> PlanAsync(NpgsqlConnection connection, string fullName, CancellationToken cancellation)
    {
        var columns = await ColumnsAsync(connection, fullName, cancellation);
        if (columns.Count == 0)
        {
            throw new InvalidOperationException($"table {fullName} left the publication before its snapshot");
        }

        var keys = await KeyCatalog.PrimaryKeyAsync(connection, columns[0].Table, cancellation);
        var captured = ImmutableArray.CreateBuilder<CapturedColumn>(columns.Count);
        foreach (var column in columns)
        {
            captured.Add(new CapturedColumn(column.Name, await types.ResolveAsync(column.Type, column.Modifier, cancellation), keys.Contains(column.Name)));
        }

        var dot = fullName.IndexOf('.', StringComparison.Ordinal);
        var (schema, name) = (fullName[..dot], fullName[(dot + 1)..]);
        var list = string.Join(", ", columns.Select(column => $"pg_catalog.textin({column.Output}({PostgresText.Name(column.Name)}))"));
        var filter = columns[0].RowFilter is { } rows ? " WHERE " + rows : string.Empty;
        return new SnapshotTable(
            new TableEncoder(new CapturedTable(schema, name, captured.MoveToImmutable()), settings.Modes),
            settings.TopicOf(schema, name),
            $"COPY (SELECT {list} FROM {PostgresText.Name(schema)}.{PostgresText.Name(name)}{filter}) TO STDOUT (FORMAT binary)");
    }

    private async Task<List<SnapshotColumn>> ColumnsAsync(NpgsqlConnection connection, string fullName, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT c.oid, a.attname::text, a.atttypid, a.atttypmod, quote_ident(fn.nspname) || '.' || quote_ident(f.proname), p.rowfilter
            FROM pg_publication_tables p
            JOIN pg_namespace n ON n.nspname = p.schemaname
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY (p.attnames) AND a.attgenerated = ''
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_proc f ON f.oid = t.typoutput
            JOIN pg_namespace fn ON fn.oid = f.pronamespace
            WHERE p.pubname = $1 AND p.schemaname || '.' || p.tablename = $2
            ORDER BY a.attnum
            """, connection);
        command.Parameters.AddWithValue(settings.PublicationName);
        command.Parameters.AddWithValue(fullName);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = new List<SnapshotColumn>();
        while (await reader.ReadAsync(cancellation))
        {
            columns.Add(new SnapshotColumn(
                reader.GetFieldValue<uint>(0),
                reader.GetString(1),
                reader.GetFieldValue<uint>(2),
                reader.GetInt32(3),
                reader.GetString(4),
                await reader.IsDBNullAsync(5, cancellation) ? null : reader.GetString(5)));
        }

        return columns;
    }

    private sealed record SnapshotColumn(uint Table, string Name, uint Type, int Modifier, string Output, string? RowFilter);
}
