using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Poison records and the keys they hold back, in hospital_line.poison_records; what was decided about them, in letter_decisions.</summary>
internal sealed class PoisonBook(WarehouseNames names)
{
    // Poison that nobody has decided about yet.
    private string Open => $"""
        (SELECT * FROM {names.Line}.poison_records p WHERE NOT EXISTS (
          SELECT FROM {names.Line}.letter_decisions d
          WHERE (d.table_name, d.partition, d."offset", d.stream_epoch) = (p.table_name, p.partition, p."offset", p.stream_epoch))) open
        """;

    /// <summary>SQL: whether somebody has decided about row r of the raw table of @table.</summary>
    internal static string IsDecided(WarehouseNames names) => $"""
        EXISTS (SELECT FROM {names.Line}.letter_decisions d WHERE d.table_name = @table AND (d.partition, d."offset", d.stream_epoch) = (r.partition, r."offset", r.stream_epoch))
        """;

    /// <summary>Keys held back, by table.</summary>
    internal async Task<Dictionary<string, HashSet<RowKey>>> HeldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var held = new Dictionary<string, HashSet<RowKey>>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(
            $"SELECT DISTINCT table_name, held_key FROM {Open} WHERE held_key IS NOT NULL", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var table = reader.GetString(0);
            if (!held.TryGetValue(table, out var keys))
            {
                held[table] = keys = [];
            }

            keys.Add(RowKey.Parse(reader.GetString(1)));
        }

        return held;
    }

    internal async Task WriteAsync(
        NpgsqlConnection connection, string table, IReadOnlyList<(string StreamEpoch, PoisonRecord Record)> records, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.poison_records (table_name, partition, "offset", stream_epoch, held_key, reason)
            SELECT @table, p, o, e, k, r FROM unnest(@p::int[], @o::bigint[], @e::text[], @k::text[], @r::text[]) AS x(p, o, e, k, r)
            """,
            connection);
        command.Parameters.AddWithValue("table", table);
        command.Parameters.AddWithValue("p", records.Select(item => item.Record.Position.Partition).ToArray());
        command.Parameters.AddWithValue("o", records.Select(item => item.Record.Position.Offset).ToArray());
        command.Parameters.AddWithValue("e", records.Select(item => item.StreamEpoch).ToArray());
        command.Parameters.Add(new("k", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = records.Select(item => item.Record.HeldKey?.ToString()).ToArray() });
        command.Parameters.AddWithValue("r", records.Select(item => item.Record.Reason).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Notes decisions as taken into account, in the transaction that does so.</summary>
    internal async Task SettleAsync(NpgsqlConnection connection, string table, IReadOnlyList<LetterDecision> decisions, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {names.Line}.letter_decisions (table_name, partition, "offset", stream_epoch, action, settled_at)
            SELECT @table, p, o, e, a, now() FROM unnest(@p::int[], @o::bigint[], @e::text[], @a::text[]) AS x(p, o, e, a)
            """,
            connection);
        command.Parameters.AddWithValue("table", table);
        command.Parameters.AddWithValue("p", decisions.Select(item => item.Stream.Partition).ToArray());
        command.Parameters.AddWithValue("o", decisions.Select(item => item.Offset).ToArray());
        command.Parameters.AddWithValue("e", decisions.Select(item => item.Stream.Epoch).ToArray());
        command.Parameters.AddWithValue("a", decisions.Select(item => item.Action == LetterAction.Skip ? "skip" : "redrive").ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Places whose decisions are taken into account.</summary>
    internal async Task<HashSet<LetterPlace>> SettledAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT table_name, stream_epoch, partition, \"offset\" FROM {names.Line}.letter_decisions", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var places = new HashSet<LetterPlace>();
        while (await reader.ReadAsync(cancellation))
        {
            places.Add(new LetterPlace(new LakeStream(TopicNames.ChangesOf(reader.GetString(0)), reader.GetString(1), reader.GetInt32(2)), reader.GetInt64(3)));
        }

        return places;
    }

    /// <summary>Poison records of one table, decided ones among them, with the keys they hold or held.</summary>
    internal async Task<List<(LetterPlace Place, long Load, int SourceEpoch, RowKey? HeldKey, bool IsApplied)>> PlacesAsync(
        NpgsqlConnection connection, TableDescription table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT r.stream_epoch, r.partition, r."offset", r.load_id, r.source_epoch, p.held_key, NOT {Ledger.Waits(names, table)}
            FROM {PostgresTables.Raw(names, table)} r JOIN (
              SELECT partition, "offset", stream_epoch, held_key FROM {names.Line}.poison_records WHERE table_name = @table
              UNION ALL
              SELECT partition, "offset", stream_epoch, NULL FROM {names.Line}.letter_decisions d WHERE table_name = @table AND NOT EXISTS (
                SELECT FROM {names.Line}.poison_records p
                WHERE (d.table_name, d.partition, d."offset", d.stream_epoch) = (p.table_name, p.partition, p."offset", p.stream_epoch))) p
            ON (r.partition, r."offset", r.stream_epoch) = (p.partition, p."offset", p.stream_epoch)
            """,
            connection);
        var topic = TopicNames.ChangesOf(table.Name);
        command.Parameters.AddWithValue("table", table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var places = new List<(LetterPlace, long, int, RowKey?, bool)>();
        while (await reader.ReadAsync(cancellation))
        {
            places.Add((
                new LetterPlace(new LakeStream(topic, reader.GetString(0), reader.GetInt32(1)), reader.GetInt64(2)),
                reader.GetInt64(3),
                reader.GetInt32(4),
                reader.IsDBNull(5) ? null : RowKey.Parse(reader.GetString(5)),
                reader.GetBoolean(6)));
        }

        return places;
    }

    /// <summary>Records that were set aside or decided about, of every table.</summary>
    internal async Task<IReadOnlyList<BookedLetter>> LettersAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT table_name, stream_epoch, partition, "offset", held_key, p.reason IS NOT NULL, d.action IS NOT NULL
            FROM {names.Line}.poison_records p FULL JOIN {names.Line}.letter_decisions d USING (table_name, partition, "offset", stream_epoch)
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var letters = new List<BookedLetter>();
        while (await reader.ReadAsync(cancellation))
        {
            var stream = new LakeStream(TopicNames.ChangesOf(reader.GetString(0)), reader.GetString(1), reader.GetInt32(2));
            letters.Add(new BookedLetter(
                reader.GetString(0), new LetterPlace(stream, reader.GetInt64(3)), reader.IsDBNull(4) ? null : RowKey.Parse(reader.GetString(4)), reader.GetBoolean(5), reader.GetBoolean(6)));
        }

        return letters;
    }

    internal async Task<PoisonCounts> CountsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT table_name, (SELECT count(DISTINCT held_key) FROM {Open} WHERE open.table_name = p.table_name),
              count(*), (SELECT count(*) FROM {Open} WHERE open.table_name = p.table_name)
            FROM {names.Line}.poison_records p GROUP BY 1
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = new PoisonCounts();
        while (await reader.ReadAsync(cancellation))
        {
            counts.Held[reader.GetString(0)] = reader.GetInt64(1);
            counts.Records[reader.GetString(0)] = reader.GetInt64(2);
            counts.Open[reader.GetString(0)] = reader.GetInt64(3);
        }

        return counts;
    }
}
