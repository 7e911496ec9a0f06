using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>How readers see transactions, for whoever asks: one row, written where it changes. None means whole per table.</summary>
internal sealed class TransactionReadsBook(WarehouseNames names)
{
    private readonly KnownReads _known = new();

    /// <summary>Transactions shown without being whole, as last written.</summary>
    internal long GivenUp => _known.GivenUp;

    internal async Task ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) => _known.Read(await FindAsync(connection, cancellation));

    internal async Task<TransactionReads> StatusAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await FindAsync(connection, cancellation) ?? TransactionReads.PerTable;

    internal async Task WriteAsync(NpgsqlConnection connection, bool? marked, TransactionGate gate, CancellationToken cancellation)
    {
        if (_known.Next(marked, gate) is not { } row)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.transaction_reads (one, whole, given_up, tx_id, topic, present, expected, since_load)
            VALUES (true, @whole, @given, @id, @topic, @present, @expected, @load)
            ON CONFLICT (one) DO UPDATE SET whole = excluded.whole, given_up = excluded.given_up, tx_id = excluded.tx_id, topic = excluded.topic,
              present = excluded.present, expected = excluded.expected, since_load = excluded.since_load
            """,
            connection);
        command.Parameters.AddWithValue("whole", row.Whole);
        command.Parameters.AddWithValue("given", row.GivenUp);
        Add("id", NpgsqlDbType.Bigint, (long?)row.WaitsFor?.Id);
        Add("topic", NpgsqlDbType.Text, row.WaitsFor?.Topic);
        Add("present", NpgsqlDbType.Bigint, row.WaitsFor?.Present);
        Add("expected", NpgsqlDbType.Bigint, row.WaitsFor?.Expected);
        Add("load", NpgsqlDbType.Bigint, row.WaitsFor?.Load);
        await command.ExecuteNonQueryAsync(cancellation);
        _known.Written(row);

        void Add(string name, NpgsqlDbType type, object? value) => command.Parameters.Add(new(name, type) { Value = value ?? DBNull.Value });
    }

    private async Task<TransactionReads?> FindAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT whole, given_up, tx_id, topic, present, expected, since_load, (SELECT loaded_at FROM {names.Line}.loads WHERE load_id = since_load)
            FROM {names.Line}.transaction_reads
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        var wait = reader.IsDBNull(2)
            ? null
            : new TransactionWait((uint)reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6));
        return new TransactionReads(reader.GetBoolean(0), wait, reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt64(1));
    }
}
