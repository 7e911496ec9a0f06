using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>The statements of one load, for one transaction: guard, raw from the claim's stages, current from the rows' stages, books, signals.</summary>
/// <param name="names">Data sets.</param>
/// <param name="fence">The loader's token.</param>
/// <param name="nonce">Names this try: who finds it at a head knows that it took effect.</param>
internal sealed class LoadScript(WarehouseNames names, string fence, string nonce)
{
    /// <summary>Name of the loader's fence.</summary>
    internal const string Fence = "loader";

    /// <summary>What the guard says when the fence or a head is not as expected.</summary>
    internal const string Fenced = "hospital_fenced";

    // _op of a tombstone that a truncate made.
    private const string TruncatedOp = "t";

    private const int ValuesAtOnce = 1_000;

    // A list in an IN is one function call to the emulator, whose calls take no more than this.
    private const int KeysAtOnce = 100;

    private string Line => $"`{names.Line}`";

    internal IEnumerable<string> Statements(LoadStep step) =>
    [
        // Every apply writes it: BigQuery then lets only one of two simultaneous ones commit.
        $"UPDATE {Line}.fences SET used_at = CURRENT_TIMESTAMP() WHERE name = '{Fence}'",
        .. step.Heads.SelectMany(head => Guard(head.Name, head.Sequence)),
        .. step.Batches.SelectMany(batch => Raw(batch).Concat(Emptied(batch)).Concat(Current(batch)).Concat(Books(batch))),
        .. step.Gate?.Statements ?? [],
        .. Positions(step),
        .. Objects(step),
        .. Signals(step.Batches),
    ];

    private IEnumerable<string> Guard(string head, long sequence)
    {
        var table = SqlText.Name(head);
        yield return string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO {Line}.{BigQueryLayout.Heads} (table_name, seq, nonce)
            SELECT {table}, {sequence}, IF(
              (SELECT COUNT(*) FROM {Line}.fences WHERE name = '{Fence}') = 1
              AND (SELECT COUNT(*) FROM {Line}.fences WHERE name = '{Fence}' AND token = {SqlText.Name(fence)}) = 1
              AND (SELECT COALESCE(MAX(seq), 0) FROM {Line}.{BigQueryLayout.Heads} WHERE table_name = {table}) = {sequence - 1},
              {SqlText.Name(nonce)}, ERROR('{Fenced}'))
            """);
        yield return string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {Line}.{BigQueryLayout.Heads} WHERE table_name = {table} AND seq < {sequence}");
    }

    private IEnumerable<string> Raw(TableBatch batch)
    {
        var line = BigQueryLayout.LakeLine.Select(column => column.Name).ToList();
        var columns = SqlText.Columns(BigQueryLayout.RawOwn.Select(column => column.Name).Concat(line));
        foreach (var part in batch.Claim.Parts)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO `{names.Raw}`.`{batch.Table.Name}` ({columns})
                SELECT {SqlText.Name(part.StreamEpoch)}, {SourceEpoch(batch, part.StreamEpoch)}, {batch.Claim.Sequence},
                  TIMESTAMP_MILLIS(LEAST(GREATEST(`timestamp`, {RecordTime.FirstMs}), {RecordTime.LastMs})),
                  {(batch.Rewritten.Contains(part.StreamEpoch) ? "key_id, op, lsn" : Read(batch.Table))}, {SchemaVersions.Of(part)},
                  {SqlText.Columns(line)}
                FROM {Line}.`{part.Stage}` {part.Only}
                """);
        }
    }

    // Messages with schemas have all of it one level down; unwrapped ones name it otherwise.
    private static string Read(TableDescription table)
    {
        var key = table.HasKey ? Number("key", table.KeyColumn) : "NULL";
        return $"{key}, {First("JSON_VALUE", "value", "__op", "op")}, {Number("value", "__source_lsn", "source.lsn")}";

        // Of a number's JSON, not of JSON_VALUE: the emulator gives large ones an exponent there.
        static string Number(string column, params string[] paths) => $"SAFE_CAST(TO_JSON_STRING({First("JSON_QUERY", column, paths)}) AS INT64)";

        static string First(string function, string column, params string[] paths) =>
            $"COALESCE({string.Join(", ", paths.SelectMany(path => new[] { path, "payload." + path }).Select(path => $"{function}({column}, '$.{path}')"))})";
    }

    // A row that only a snapshot showed has its LSN in raw alone, which has this load's rows by now.
    private IEnumerable<string> Emptied(TableBatch batch)
    {
        if (batch is not { Empties: true, Truncation: { } truncation })
        {
            yield break;
        }

        var (target, key) = ($"`{names.Current}`.`{batch.Table.Name}`", $"`{BigQueryKey.ColumnOf(batch.Table)}`");
        yield return string.Create(CultureInfo.InvariantCulture, $"""
            UPDATE {target} SET _deleted = true, _op = '{TruncatedOp}'{Nulls(batch.Table)} WHERE NOT _deleted AND {key} IN (
              SELECT c.{key} FROM {target} AS c
              LEFT JOIN `{names.Raw}`.`{batch.Table.Name}` AS r
                ON r.`partition` = c._log_partition AND r.`offset` = c._offset AND r.source_epoch = c._source_epoch AND r.key_id = c.{key}
              WHERE NOT c._deleted AND c._source_epoch <= {truncation.SourceEpoch}
              GROUP BY c.{key}, c._source_epoch, c._lsn
              HAVING c._source_epoch < {truncation.SourceEpoch} OR COALESCE(MAX(r.lsn), c._lsn, 0) < {(long)truncation.Lsn.Value})
            """);
        yield return $"DELETE FROM {Line}.{BigQueryLayout.Truncations} WHERE table_name = {SqlText.Name(batch.Table.Name)}";
        yield return string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO {Line}.{BigQueryLayout.Truncations} (table_name, source_epoch, lsn)
            VALUES ({SqlText.Name(batch.Table.Name)}, {truncation.SourceEpoch}, {(long)truncation.Lsn.Value})
            """);
    }

    // Columns of a row that is gone, but for its key.
    private static string Nulls(TableDescription table) => string.Concat(
        table.Columns.Where(column => !table.Key.Contains(column.Name)).Select(column => column.Name)
            .Concat(DescribedTypes.HasTexts(table) ? [DescribedTypes.Texts] : []).Select(column => $", `{column}` = NULL"));

    private static string SourceEpoch(TableBatch batch, string streamEpoch)
    {
        // An object without records has no run.
        var runs = batch.Epochs.RunsOf(streamEpoch).Select(run => string.Create(
            CultureInfo.InvariantCulture, $"WHEN `partition` = {run.Partition} AND `offset` BETWEEN {run.First} AND {run.Last} THEN {run.SourceEpoch}"));
        return $"CASE {string.Join(' ', runs.DefaultIfEmpty("WHEN FALSE THEN 0"))} END";
    }

    private IEnumerable<string> Current(TableBatch batch)
    {
        var target = $"`{names.Current}`.`{batch.Table.Name}`";
        if (batch.Stage is { } stage)
        {
            var columns = SqlText.Columns(batch.Table.Columns.Select(column => column.Name).Concat(BigQueryLayout.MetaOf(batch.Table).Select(meta => meta.Name)));
            var key = $"`{BigQueryKey.ColumnOf(batch.Table)}`";
            yield return $"DELETE FROM {target} WHERE {key} IN (SELECT {key} FROM {Line}.`{stage}`)";
            yield return $"INSERT INTO {target} ({columns}) SELECT {columns} FROM {Line}.`{stage}`";
        }

        if (batch.SweepBelow is { } epoch && batch.Table.HasKey)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"UPDATE {target} SET _deleted = true, _op = 's'{Nulls(batch.Table)} WHERE _source_epoch < {epoch} AND NOT _deleted");
        }
    }

    private IEnumerable<string> Positions(LoadStep step)
    {
        foreach (var some in step.Positions.Chunk(KeysAtOnce))
        {
            yield return $"DELETE FROM {Line}.positions WHERE {string.Join(" OR ", some.Select(position => $"({SqlText.Is(position.Stream)})"))}";
        }

        var sequences = step.Heads.ToDictionary(head => head.Name, head => head.Sequence, StringComparer.Ordinal);
        var rows = step.Positions.Select(position => string.Create(CultureInfo.InvariantCulture, $"""
            ({SqlText.Name(position.Stream.Topic)}, {position.Stream.Partition}, {SqlText.Name(position.Stream.Epoch)}, {position.Next}, {position.Rows}, {SqlText.Day(position.LastDay)}, {Of(position)}, CURRENT_TIMESTAMP(), {Applied(position)})
            """));
        foreach (var insert in Insert("positions (topic, `partition`, stream_epoch, next_offset, `rows`, last_day, load_seq, loaded_at, applied_next)", rows))
        {
            yield return insert;
        }

        long Of(LoadPosition position) =>
            sequences.GetValueOrDefault(TopicNames.TableOfChanges(position.Stream.Topic) ?? position.Stream.Topic, sequences.GetValueOrDefault(TopicNames.Transactions));
        static string Applied(LoadPosition position) => SqlText.Number(position.Applied < position.Next ? position.Applied : null);
    }

    private IEnumerable<string> Objects(LoadStep step)
    {
        var loaded = step.Batches.SelectMany(batch => batch.Claim.Objects.Select(item => (Item: item, batch.Claim.Sequence)))
            .Concat(step.Gate?.Objects.Select(item => (Item: item, step.Gate.Sequence)) ?? []);
        return Insert(
            "loaded_objects (topic, `partition`, stream_epoch, start_offset, next_offset, `rows`, sha256, generation, day, load_seq, loaded_at)",
            loaded.Select(one => string.Create(CultureInfo.InvariantCulture, $"""
                ({SqlText.Name(one.Item.Name.Stream.Topic)}, {one.Item.Name.Stream.Partition}, {SqlText.Name(one.Item.Name.Stream.Epoch)}, {one.Item.Name.StartOffset}, {one.Item.Manifest!.Next}, {one.Item.Manifest.Rows}, {SqlText.Name(one.Item.Manifest.Sha256)}, {one.Item.Generation}, {SqlText.Day(one.Item.Name.Day)}, {one.Sequence}, TIMESTAMP_MILLIS({step.LoadedMs}))
                """)));
    }

    private IEnumerable<string> Books(TableBatch batch)
    {
        var table = SqlText.Name(batch.Table.Name);
        var poison = BigQueryKey.IsText(batch.Table) ? PoisonOfTexts(batch) : Insert(
            "poison_records (table_name, `partition`, `offset`, stream_epoch, held_key, reason)",
            batch.Batch.Poison.Select(item => string.Create(CultureInfo.InvariantCulture, $"""
                ({table}, {item.Record.Position.Partition}, {item.Record.Position.Offset}, {SqlText.Name(item.StreamEpoch)}, {SqlText.Number(item.Record.HeldKey?.Number)}, {SqlText.Name(item.Record.Reason)})
                """)));
        var decisions = Insert(
            "letter_decisions (table_name, `partition`, `offset`, stream_epoch, action, settled_at)",
            batch.Batch.Settled.Select(item => string.Create(CultureInfo.InvariantCulture, $"""
                ({table}, {item.Stream.Partition}, {item.Offset}, {SqlText.Name(item.Stream.Epoch)}, {(item.Action == LetterAction.Skip ? "'skip'" : "'redrive'")}, CURRENT_TIMESTAMP())
                """)));
        if (BigQueryKey.IsText(batch.Table))
        {
            return [.. poison, .. decisions, .. MovesOfTexts(batch)];
        }

        var settled = batch.Moves.Keys.Chunk(KeysAtOnce)
            .Select(keys => $"DELETE FROM {Line}.pending_moves WHERE table_name = {table} AND key IN ({SqlText.Numbers(keys.Select(key => key.Number))})");
        var waiting = Insert(
            "pending_moves (table_name, key, missing_key, missing_lsn)",
            batch.Moves.Values.OfType<PendingMove>()
                .Select(move => string.Create(CultureInfo.InvariantCulture, $"({table}, {move.Key.Number}, {move.MissingKey.Number}, {move.MissingLsn})")));
        return [.. poison, .. decisions, .. settled, .. waiting];
    }

    // A key that is a text may say who somebody is, so it stands in no statement: it comes out of raw, or out of the stage.
    private IEnumerable<string> PoisonOfTexts(TableBatch batch) => batch.Batch.Poison.GroupBy(item => item.Record.Reason).SelectMany(reason => reason.Chunk(KeysAtOnce).Select(some =>
        string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO {Line}.poison_records (table_name, `partition`, `offset`, stream_epoch, held_text, reason)
            SELECT {SqlText.Name(batch.Table.Name)}, `partition`, `offset`, stream_epoch, {BigQueryLayout.KeyId}, {SqlText.Name(reason.Key)}
            FROM `{names.Raw}`.`{batch.Table.Name}` WHERE load_seq = {batch.Claim.Sequence} AND ({string.Join(" OR ", some.Select(item =>
                string.Create(CultureInfo.InvariantCulture, $"(`partition` = {item.Record.Position.Partition} AND `offset` = {item.Record.Position.Offset} AND stream_epoch = {SqlText.Name(item.StreamEpoch)})")))})
            """)));

    private IEnumerable<string> MovesOfTexts(TableBatch batch)
    {
        if (batch is { Moves.Count: > 0, Stage: { } stage })
        {
            var table = SqlText.Name(batch.Table.Name);
            yield return $"DELETE FROM {Line}.pending_moves WHERE table_name = {table} AND key_text IN (SELECT {BigQueryKey.OwnColumn} FROM {Line}.`{stage}` WHERE _moved)";
            yield return $"""
                INSERT INTO {Line}.pending_moves (table_name, key_text, missing_text, missing_lsn)
                SELECT {table}, {BigQueryKey.OwnColumn}, _missing_key, _missing_lsn FROM {Line}.`{stage}` WHERE _missing_key IS NOT NULL
                """;
        }
    }

    private IEnumerable<string> Signals(IReadOnlyList<TableBatch> batches) => SignalScript.Statements(
        names,
        batches.Where(batch => batch.Stage is not null || batch.SweepBelow is not null || batch.Empties).Select(batch => SignalNames.CurrentOf(batch.Table.Name))
            .Prepend(SignalNames.Current));

    private IEnumerable<string> Insert(string into, IEnumerable<string> rows) =>
        rows.Chunk(ValuesAtOnce).Select(some => $"INSERT INTO {Line}.{into} VALUES\n{string.Join(",\n", some)}");
}
