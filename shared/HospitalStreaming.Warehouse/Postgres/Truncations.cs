using System.Globalization;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>The latest TRUNCATE of one table: kept, because rows it removed may still come, out of partitions that are read later.</summary>
internal sealed class Truncations(WarehouseNames names, TableDescription table)
{
    /// <summary>_op of a tombstone that a truncate made.</summary>
    internal const string TruncatedOp = "t";

    /// <summary>The latest truncate with this load's, and how many rows of current that one made tombstones. Raw has the load's rows already.</summary>
    internal async Task<(Truncation? Latest, int Emptied)> LatestAsync(NpgsqlConnection connection, Truncation? read, CancellationToken cancellation)
    {
        var before = await KnownAsync(connection, cancellation);
        var latest = Truncation.Later(before, read);
        if (latest is not { } truncation || latest == before)
        {
            return (before, 0);
        }

        await using (var note = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.truncations (table_name, source_epoch, lsn) VALUES (@table, @epoch, @lsn)
            ON CONFLICT (table_name) DO UPDATE SET source_epoch = excluded.source_epoch, lsn = excluded.lsn
            """,
            connection))
        {
            note.Parameters.AddWithValue("table", table.Name);
            Add(note, truncation);
            await note.ExecuteNonQueryAsync(cancellation);
        }

        return (latest, await EmptyAsync(connection, truncation, cancellation));
    }

    /// <summary>The latest truncate loaded.</summary>
    internal async Task<Truncation?> KnownAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT source_epoch, lsn FROM {names.Line}.truncations WHERE table_name = @table", connection);
        command.Parameters.AddWithValue("table", table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new Truncation(reader.GetInt32(0), new Lsn((ulong)reader.GetInt64(1))) : null;
    }

    // A row that only a snapshot showed has its LSN in raw alone.
    private async Task<int> EmptyAsync(NpgsqlConnection connection, Truncation truncation, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                UPDATE {PostgresTables.Current(names, table)} c SET _deleted = true, _op = '{TruncatedOp}'{CurrentWriter.Emptied(table)}
                WHERE NOT c._deleted AND (c._source_epoch < @epoch OR (c._source_epoch = @epoch AND coalesce(
                  (SELECT max(r.lsn) FROM {PostgresTables.Raw(names, table)} r WHERE r.partition = c._partition AND r."offset" = c._offset
                    AND r.source_epoch = c._source_epoch AND {new PostgresKey(table).IsSameRow()}), c._lsn, 0) < @lsn))
                """),
            connection);
        Add(command, truncation);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void Add(NpgsqlCommand command, Truncation truncation)
    {
        command.Parameters.AddWithValue("epoch", truncation.SourceEpoch);
        command.Parameters.AddWithValue("lsn", (long)truncation.Lsn.Value);
    }
}
