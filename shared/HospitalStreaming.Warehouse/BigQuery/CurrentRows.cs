using System.Buffers;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Reads of current and raw that a load needs to make complete rows, and those rows as lines for the stage.</summary>
internal sealed class CurrentRows(BigQuerySql sql, WarehouseNames names)
{
    // Keeps a request well below BigQuery's limit of 10 MB.
    private const int KeysAtOnce = 20_000;
    private const int PlacesAtOnce = 500;

    /// <summary>What current has seen of these keys.</summary>
    internal async Task<Dictionary<RowKey, KeyState>> StatesAsync(TableDescription table, IReadOnlyCollection<RowKey> keys, CancellationToken cancellation)
    {
        var states = new Dictionary<RowKey, KeyState>();
        await foreach (var row in ByKeyAsync(table, "_lsn, _source_epoch", keys, cancellation))
        {
            states[BigQueryKey.Read(row[0])] = new KeyState(row[1] is long lsn ? new Lsn((ulong)lsn) : null, (int)(long)row[2]!);
        }

        return states;
    }

    /// <summary>The columns of these keys' rows.</summary>
    internal async Task<Dictionary<RowKey, object?[]>> ValuesAsync(TableDescription table, IReadOnlyCollection<RowKey> keys, CancellationToken cancellation)
    {
        var values = new Dictionary<RowKey, object?[]>();
        var columns = table.Columns.Select(column => column.Type is null ? $"`{column.Name}`" : StoredTextOf(column.Name, DescribedTypes.Of(column)));
        var beside = DescribedTypes.HasTexts(table) ? $", TO_JSON_STRING({DescribedTypes.Texts})" : string.Empty;
        await foreach (var row in ByKeyAsync(table, string.Join(", ", columns) + beside, keys, cancellation))
        {
            values[BigQueryKey.Read(row[0])] = beside.Length == 0 ? row[1..] : Kept(table, row[1..^1], row[^1] as string);
        }

        return values;
    }

    /// <summary>What gives a column's value as the text it is kept by.</summary>
    internal static string StoredTextOf(string column, string type) => type switch
    {
        "STRING" => $"`{column}`",
        "JSON" => $"IF(`{column}` IS NULL, NULL, TO_JSON_STRING(`{column}`))",
        "BYTES" => $"TO_BASE64(`{column}`)",
        _ => $"CAST(`{column}` AS STRING)",
    };

    private static object?[] Kept(TableDescription table, object?[] values, string? texts)
    {
        using var beside = JsonDocument.Parse(texts ?? "null");
        for (var i = 0; i < values.Length; i++)
        {
            if (table.Columns[i].Type is not null)
            {
                values[i] = values[i] is string text ? new StoredText(text)
                    : beside.RootElement.ValueKind == JsonValueKind.Object && beside.RootElement.TryGetProperty(table.Columns[i].Name, out var own) ? own.GetString()
                    : null;
            }
        }

        return values;
    }

    /// <summary>
    /// A key's applicable changes up to what holds it, of raw and of the load at hand, and those of every key its row moved from, in log order;
    /// decided records as they were decided; all that the latest truncate leaves of it, without what waits for its transaction.
    /// </summary>
    internal async Task<Dictionary<RowKey, IReadOnlyList<RowChange>>> HistoriesAsync(
        TableDescription table,
        IEnumerable<RowKey> keys,
        IReadOnlyList<RowChange> loading,
        IReadOnlyCollection<LetterPlace> letters,
        LetterDecisions decisions,
        Truncation? truncation,
        Func<LetterPlace, bool> waits,
        CancellationToken cancellation)
    {
        var raw = new RawRows(names, table);
        var byKey = new Dictionary<RowKey, List<PlacedChange>>();
        var histories = new Dictionary<RowKey, IReadOnlyList<RowChange>>();
        var apart = letters.ToHashSet();
        foreach (var some in apart.Chunk(PlacesAtOnce))
        {
            await TakeAsync(raw.SelectPlaces(some, string.Empty), row => !waits(raw.PlaceOf(row)), []);
        }

        var wanted = keys.Distinct().ToArray();
        while (wanted.Length > 0)
        {
            foreach (var some in wanted.Chunk(KeysAtOnce))
            {
                await TakeAsync(
                    raw.SelectKeys(sql.AmongKeys(table), string.Empty),
                    row => raw.PlaceOf(row) is var place && !apart.Contains(place) && !waits(place),
                    new Dictionary<string, object?> { ["keys"] = BigQueryKey.Parameter(table, some) });
            }

            foreach (var key in wanted)
            {
                var loaded = loading.Where(change => change.Key == key).Select(change => new PlacedChange(new RawPlace(long.MaxValue, change.Partition, change.Offset), key, change));
                var history = PlacedChange.History((byKey.GetValueOrDefault(key) ?? []).Concat(loaded));
                histories[key] = truncation is { } latest ? [.. history.Where(change => !latest.Removes(change))] : history;
            }

            wanted = [.. wanted.SelectMany(key => histories[key]).Select(change => change.MovedFrom).OfType<RowKey>()
                .Where(key => !histories.ContainsKey(key)).Distinct()];
        }

        return histories;

        async Task TakeAsync(string query, Func<object?[], bool> wants, Dictionary<string, object?> parameters)
        {
            var rows = await sql.QueryAsync(query, parameters, cancellation);
            foreach (var change in rows.Rows.Where(wants).SelectMany(row => raw.Changes(row, decisions)))
            {
                if (!byKey.TryGetValue(change.Key, out var list))
                {
                    byKey[change.Key] = list = [];
                }

                list.Add(change);
            }
        }
    }

    /// <summary>Rows as newline-delimited JSON.</summary>
    internal static ReadOnlyMemory<byte> Lines(TableBatch batch)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        foreach (var row in batch.Rows.Values)
        {
            writer.WriteStartObject();
            var beside = new Dictionary<string, string>();
            for (var i = 0; i < batch.Table.Columns.Length; i++)
            {
                Write(writer, batch.Table.Columns[i], row.Values[i], beside);
            }

            if (beside.Count > 0)
            {
                writer.WritePropertyName(DescribedTypes.Texts);
                JsonSerializer.Serialize(writer, beside);
            }

            object?[] meta =
            [
                row.Deleted, OpOf(row.Last.Act), row.State.HighestLsn is { } lsn ? (long)lsn.Value : null, row.State.SourceEpoch,
                row.Last.Partition, row.Last.Offset, row.Last.CommittedAt,
            ];
            for (var i = 0; i < meta.Length; i++)
            {
                Write(writer, BigQueryLayout.Meta[i].Name, meta[i]);
            }

            if (BigQueryKey.IsText(batch.Table))
            {
                Write(writer, BigQueryKey.OwnColumn, row.Last.Key.ToString());
                var moved = batch.Moves.TryGetValue(row.Last.Key, out var move);
                object?[] values = [moved, move?.MissingKey.ToString(), move?.MissingLsn];
                for (var i = 0; i < values.Length; i++)
                {
                    Write(writer, BigQueryLayout.StagedMove[i].Name, values[i]);
                }
            }

            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            output.Write("\n"u8);
        }

        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, ColumnDescription column, object? value, Dictionary<string, string> beside)
    {
        switch (value)
        {
            case StoredText stored when DescribedTypes.Of(column) == "JSON":
                writer.WritePropertyName(column.Name);
                writer.WriteRawValue(stored.Text);
                break;
            case StoredText stored:
                writer.WriteString(column.Name, stored.Text);
                break;
            case string text when column.Type is { } type:
                if (!DescribedValues.TryWrite(writer, column.Name, type, text))
                {
                    beside.Add(column.Name, text);
                }

                break;
            default:
                Write(writer, column.Name, value);
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull(name);
                break;
            case bool flag:
                writer.WriteBoolean(name, flag);
                break;
            default:
                writer.WriteString(name, BigQueryValues.TextOf(value));
                break;
        }
    }

    private async IAsyncEnumerable<object?[]> ByKeyAsync(
        TableDescription table,
        string columns,
        IReadOnlyCollection<RowKey> keys,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var key = BigQueryKey.ColumnOf(table);
        foreach (var some in keys.Chunk(KeysAtOnce))
        {
            var rows = await sql.QueryAsync(
                $"SELECT `{key}` AS k, {columns} FROM `{names.Current}`.`{table.Name}` WHERE `{key}` {sql.AmongKeys(table)}",
                new Dictionary<string, object?> { ["keys"] = BigQueryKey.Parameter(table, some) },
                cancellation);
            foreach (var row in rows.Rows)
            {
                yield return row;
            }
        }
    }

    private static string OpOf(ChangeAct act) => act switch
    {
        ChangeAct.Snapshot => "r",
        ChangeAct.Insert => "c",
        ChangeAct.Update => "u",
        _ => "d",
    };
}
