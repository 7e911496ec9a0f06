using System.Diagnostics;
using Npgsql;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>The yardstick: rows of a raw table, copied out by COPY … (FORMAT BINARY) and in again the same way, into a table that is its equal.</summary>
internal static class PlainCopy
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Rows a second into an equal, empty table; one COPY in one transaction, after one that does not count.</summary>
    internal static async Task<double> RunAsync(NpgsqlDataSource source, string table, string file)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var bytes = File.Create(file))
        {
            await using var export = await connection.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT BINARY)");
            await export.CopyToAsync(bytes, BlockBytes);
        }

        await RunAsync(connection, $"CREATE SCHEMA plain; CREATE TABLE plain.copy (LIKE {table} INCLUDING ALL)");
        await InAsync(connection, file);
        await RunAsync(connection, "TRUNCATE plain.copy; CHECKPOINT");
        var took = await InAsync(connection, file);
        var rows = await CountAsync(connection);
        await RunAsync(connection, "DROP SCHEMA plain CASCADE; CHECKPOINT");
        return rows / took.TotalSeconds;
    }

    private static async Task<TimeSpan> InAsync(NpgsqlConnection connection, string file)
    {
        var began = Stopwatch.GetTimestamp();
        await using (var bytes = File.OpenRead(file))
        await using (var import = await connection.BeginRawBinaryCopyAsync("COPY plain.copy FROM STDIN (FORMAT BINARY)"))
        {
            await bytes.CopyToAsync(import, BlockBytes);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM plain.copy", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
