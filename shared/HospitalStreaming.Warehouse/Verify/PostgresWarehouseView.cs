using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One open snapshot of the warehouse on PostgreSQL.</summary>
internal sealed class PostgresWarehouseView(NpgsqlConnection connection, NpgsqlDataSource source, WarehouseNames names) : IWarehouseView
{
    public JsonSameness RawTexts => JsonSameness.Bytes;

    public Task<IReadOnlyList<LoadPosition>> PositionsAsync(CancellationToken cancellation) => new Ledger(names).PositionsAsync(connection, cancellation);

    public async IAsyncEnumerable<LoadedObject> LoadedObjectsAsync(string topic, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT stream_epoch, partition, start_offset, next_offset, rows, sha256 FROM {names.Line}.loaded_objects WHERE topic = @topic", connection);
        command.Parameters.AddWithValue("topic", topic);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new LoadedObject(
                new LakeStream(topic, reader.GetString(0), reader.GetInt32(1)), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetString(5));
        }
    }

    public Task<TableDescription> DescribeAsync(TableDescription table, CancellationToken cancellation) => HeldColumns.DescribeAsync(connection, names, table, cancellation);

    // On a connection of its own, as rows are being read on this one; it reads no table.
    public Task<IReadOnlyList<object?[]>> PrintAsync(TableDescription table, IReadOnlyList<object?[]> rows, CancellationToken cancellation) =>
        PrintedColumns.OfRecordsAsync(source, table, rows, cancellation);

    public async Task<IReadOnlyList<RawTally>> TalliesAsync(TableDescription table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT stream_epoch, partition, count(*), sum(\"offset\") FROM {PostgresTables.Raw(names, table)} GROUP BY 1, 2", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tallies = new List<RawTally>();
        while (await reader.ReadAsync(cancellation))
        {
            var stream = new LakeStream(TopicNames.ChangesOf(table.Name), reader.GetString(0), reader.GetInt32(1));
            tallies.Add(new RawTally(stream, reader.GetInt64(2), reader.GetDecimal(3)));
        }

        return tallies;
    }

    public async IAsyncEnumerable<RawRow> RowsAsync(TableDescription table, LakeStream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT "offset", source_epoch, ts, op, lsn, tx_id, snapshot, committed_at, key, before, after, old_key, poison, original_key, original_value{(new PostgresKey(table).IsOwn ? ", " + PostgresKey.OwnRawColumn : string.Empty)}
            FROM {PostgresTables.Raw(names, table)} WHERE partition = @partition AND stream_epoch = @epoch ORDER BY "offset"
            """,
            connection);
        command.Parameters.AddWithValue("partition", stream.Partition);
        command.Parameters.AddWithValue("epoch", stream.Epoch);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new RawRow(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), Text(3), Number(4), Number(5), reader.GetBoolean(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7), Bytes(8), Bytes(9), Bytes(10), Bytes(11), Text(12), Bytes(13), Bytes(14))
            {
                RowKey = reader.FieldCount > 15 ? Text(15) : null,
            };
        }

        string? Text(int place) => reader.IsDBNull(place) ? null : reader.GetString(place);
        long? Number(int place) => reader.IsDBNull(place) ? null : reader.GetInt64(place);
        ReadOnlyMemory<byte>? Bytes(int place) => reader.IsDBNull(place) ? default(ReadOnlyMemory<byte>?) : reader.GetFieldValue<byte[]>(place);
    }

    public async IAsyncEnumerable<RawChange> RawAsync(
        TableDescription table, IReadOnlyCollection<RowKey>? keys, LetterDecisions decisions, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var letters = await LettersAsync(table, decisions, cancellation);
        await foreach (var change in letters.AmongAsync(ChangesAsync(table, keys, cancellation), keys))
        {
            yield return change;
        }
    }

    private async Task<LettersApart> LettersAsync(TableDescription table, LetterDecisions decisions, CancellationToken cancellation)
    {
        var (apart, decoder, topic) = (new LettersApart(), new RecordReader(table), TopicNames.ChangesOf(table.Name));
        await using var command = new NpgsqlCommand(
            $"""
            SELECT partition, "offset", stream_epoch, source_epoch, load_id, poison, key, original_key, original_value, {PoisonBook.IsDecided(names)} AS settled, {Ledger.Waits(names, table)}
            FROM {PostgresTables.Raw(names, table)} r WHERE poison IS NOT NULL OR {PoisonBook.IsDecided(names)}
            """,
            connection);
        command.Parameters.AddWithValue("table", table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var place = new LetterPlace(new LakeStream(topic, reader.GetString(2), reader.GetInt32(0)), reader.GetInt64(1));
            var decision = reader.GetBoolean(9)
                ? decisions.Find(place) ?? throw new FormatException($"the decision about {place.Stream} offset {place.Offset} took effect and is missing in the lake")
                : null;
            var own = reader.IsDBNull(5)
                ? new ReadRecord { HeldKey = reader.IsDBNull(6) ? null : decoder.KeyOf(reader.GetString(6)) }
                : decoder.Read(new LakeRecord(new LogPosition(topic, place.Stream.Partition, place.Offset), 0, Bytes(7), Bytes(8), []), reader.GetInt32(3));
            apart.Add(new RawPlace(reader.GetInt64(4), place.Stream.Partition, place.Offset), decoder, decision, own, reader.GetInt32(3), reader.GetBoolean(10));
        }

        return apart;

        ReadOnlyMemory<byte>? Bytes(int column) => reader.IsDBNull(column) ? default(ReadOnlyMemory<byte>?) : reader.GetFieldValue<byte[]>(column);
    }

    private async IAsyncEnumerable<(RawPlace Place, RawChange Change)> ChangesAsync(
        TableDescription table, IReadOnlyCollection<RowKey>? keys, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (decoder, key) = (new RecordReader(table), new PostgresKey(table));
        await using var command = new NpgsqlCommand(
            $"""
            SELECT partition, "offset", source_epoch, op, lsn, committed_at, key, after, old_key, load_id, tx_id, {Ledger.Waits(names, table)} FROM {PostgresTables.Raw(names, table)} r
            WHERE key IS NOT NULL AND op <> 't' AND poison IS NULL AND NOT {PoisonBook.IsDecided(names)}{(keys is null ? string.Empty : $" AND {key.RawColumn} = ANY(@keys)")}
            ORDER BY {key.RawColumn}, load_id, partition, "offset"
            """,
            connection);
        command.Parameters.AddWithValue("table", table.Name);
        if (keys is not null)
        {
            command.Parameters.Add(key.RawParameter("keys", keys));
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Lsn? lsn = reader.IsDBNull(4) ? null : new Lsn((ulong)reader.GetInt64(4));
            uint? transaction = reader.IsDBNull(10) ? null : (uint)reader.GetInt64(10);
            var change = decoder.FromRaw(
                reader.GetString(3),
                lsn,
                reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetString(8),
                RawHistory.Place(reader.GetInt32(2), reader.GetInt32(0), reader.GetInt64(1), reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5)));
            yield return (new RawPlace(reader.GetInt64(9), change.Partition, change.Offset), new RawChange(change.Key, change, transaction, lsn) { Waits = reader.GetBoolean(11) });
        }
    }

    public async Task<TableTruncations> TruncationsAsync(TableDescription table, CancellationToken cancellation)
    {
        var booked = await new Truncations(names, table).KnownAsync(connection, cancellation);
        await using var command = new NpgsqlCommand(
            $"SELECT source_epoch, lsn, tx_id, {Ledger.Waits(names, table)} FROM {PostgresTables.Raw(names, table)} r WHERE op = 't' AND poison IS NULL AND lsn IS NOT NULL AND NOT {PoisonBook.IsDecided(names)}", connection);
        command.Parameters.AddWithValue("table", table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var truncations = new List<RawTruncation>();
        while (await reader.ReadAsync(cancellation))
        {
            truncations.Add(new RawTruncation(
                new Truncation(reader.GetInt32(0), new Lsn((ulong)reader.GetInt64(1))), reader.IsDBNull(2) ? null : (uint)reader.GetInt64(2))
            {
                Waits = reader.GetBoolean(3),
            });
        }

        return new TableTruncations(truncations, booked);
    }

    public Task<TransactionReads> ReadsAsync(CancellationToken cancellation) => new TransactionReadsBook(names).StatusAsync(connection, cancellation);

    public Task<IReadOnlyList<BookedLetter>> LettersAsync(CancellationToken cancellation) => new PoisonBook(names).LettersAsync(connection, cancellation);

    public async IAsyncEnumerable<CurrentRow> CurrentAsync(TableDescription table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var key = new PostgresKey(table);
        var columns = string.Join(", ", table.Columns.Select(column => PrintedColumns.Print(column, PostgresTables.Quote(column.Name))));
        await using var command = new NpgsqlCommand(
            $"SELECT _deleted, _lsn, _source_epoch, {columns}, {key.Selected} FROM {PostgresTables.Current(names, table)}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var values = new object?[table.Columns.Length];
            TypedRow.Read(reader, 3, table, values);
            Lsn? lsn = reader.IsDBNull(1) ? null : new Lsn((ulong)reader.GetInt64(1));
            yield return new CurrentRow(
                key.Read(reader, 3 + values.Length), reader.GetBoolean(0), new KeyState(lsn, reader.GetInt32(2)), values);
        }
    }
}
