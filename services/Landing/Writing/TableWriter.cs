using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Landing.Waiting;
using Npgsql;

namespace HospitalStreaming.Landing.Writing;

/// <summary>Reads and writes whole sets of rows of the hospital's tables inside the transaction in hand.</summary>
internal sealed class TableWriter(NpgsqlConnection connection)
{
    /// <summary>Writes rows, each with a key of its own.</summary>
    public async Task UpsertAsync(TableDescription table, IReadOnlyList<HospitalEvent> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(TableStatements.Of(table).Upsert, connection);
        var values = rows.Select(row => (IReadOnlyList<object?>)row.Values).ToList();
        for (var at = 0; at < table.Columns.Length; at++)
        {
            command.Parameters.Add(ColumnArrays.Of(table.Columns[at], at, values));
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Removes rows.</summary>
    public async Task DeleteAsync(TableDescription table, long[] keys, CancellationToken cancellation)
    {
        if (keys.Length > 0)
        {
            await using var command = new NpgsqlCommand(TableStatements.Of(table).Delete, connection) { Parameters = { new() { Value = keys } } };
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Which of these rows stand, asked in one round trip.</summary>
    public async Task<HashSet<Obstacle>> StandingAsync(IEnumerable<Obstacle> rows, CancellationToken cancellation)
    {
        var asked = rows.GroupBy(row => row.Table, row => row.Key).ToList();
        HashSet<Obstacle> standing = [];
        if (asked.Count == 0)
        {
            return standing;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var group in asked)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TableStatements.Of(HospitalSchema.Table(group.Key)!).Standing) { Parameters = { new() { Value = group.ToArray() } } });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var group in asked)
        {
            while (await reader.ReadAsync(cancellation))
            {
                standing.Add(new Obstacle(group.Key, reader.GetInt64(0)));
            }

            await reader.NextResultAsync(cancellation);
        }

        return standing;
    }

    /// <summary>Which of these rows others refer to.</summary>
    public async Task<HashSet<long>> ReferencedAsync(TableDescription table, long[] keys, CancellationToken cancellation)
    {
        HashSet<long> referenced = [];
        if (keys.Length == 0 || TableStatements.Of(table).Referenced is not { } sql)
        {
            return referenced;
        }

        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = keys } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            referenced.Add(reader.GetInt64(0));
        }

        return referenced;
    }

    /// <summary>Tries something that may be refused for a value in it; the transaction goes on either way. Returns the SQLSTATE, null for success.</summary>
    public async Task<string?> TryAsync(Func<Task> work, CancellationToken cancellation)
    {
        await RunAsync("SAVEPOINT one", cancellation);
        try
        {
            await work();

            // A check put off to the commit would bring the whole transaction down there.
            await RunAsync("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; RELEASE SAVEPOINT one", cancellation);
            return null;
        }
        catch (PostgresException refused) when (LandingFailures.KindOf(refused) == FailureKind.Record)
        {
            await RunAsync("ROLLBACK TO SAVEPOINT one", cancellation);
            return refused.SqlState;
        }
    }

    private async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
