using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Writes final rows of one table into current, whole columns at a time: one statement for all keys.</summary>
internal sealed class CurrentWriter
{
    private readonly TableDescription _table;
    private readonly string _upsert;
    private readonly string _replace;
    private readonly string _merge;
    private readonly string _states;
    private readonly string _sweep;
    private readonly PostgresKey _key;

    internal CurrentWriter(WarehouseNames names, TableDescription table)
    {
        (_table, _key, Key) = (table, new PostgresKey(table), new TableKey(table));
        var target = PostgresTables.Current(names, table);
        var key = _key.Column;
        string[] own = _key.IsOwn ? [key] : [];
        string[] columns = [.. table.Columns.Select(column => PostgresTables.Quote(column.Name)), .. Meta.Select(meta => meta.Name), .. own];
        string[] types = [.. table.Columns.Select(PostgresTypes.Sent), .. Meta.Select(meta => meta.Type), .. own.Select(_ => "text")];
        var arrays = string.Join(", ", types.Select((type, i) => $"@v{i}::{type}[]"));
        var places = columns.Select((_, i) => $"v{i}").ToArray();
        string Value(int i) => i < table.Columns.Length && table.Columns[i].Kind == ColumnKind.Source
            ? $"s.v{i}::{PostgresTypes.Sql(table.Columns[i])}"
            : $"s.v{i}";
        var set = string.Join(", ", columns.Where(column => column != key).Select(column => $"{column} = excluded.{column}"));
        _upsert = $"""
            INSERT INTO {target} ({string.Join(", ", columns)})
            SELECT {string.Join(", ", places.Select((_, i) => Value(i)))} FROM unnest({arrays}) AS s({string.Join(", ", places)})
            ON CONFLICT ({key}) DO UPDATE SET {set}
            """;
        var keyPlace = places[Array.IndexOf(columns, key)];
        string Update(IEnumerable<string> assignments, string from, string more) => $"""
            UPDATE {target} t SET {string.Join(", ", assignments)} FROM unnest({arrays}{from}) AS s({string.Join(", ", places)}{more}) WHERE t.{key} = s.{keyPlace}
            """;
        _replace = Update(columns.Select((column, i) => (column, i)).Where(item => item.column != key).Select(item => $"{item.column} = {Value(item.i)}"), string.Empty, string.Empty);
        _merge = Update(
            columns.Select((column, i) => (column, i)).Where(item => item.column != key).Select(item =>
                item.i < table.Columns.Length
                    ? $"{item.column} = CASE WHEN substr(s.kept, {item.i + 1}, 1) = '{Kept}' THEN t.{item.column} ELSE {Value(item.i)} END"
                    : $"{item.column} = s.v{item.i}"),
            ", @kept::text[]",
            ", kept");
        _states = $"SELECT {_key.Selected}, _lsn, _source_epoch FROM {target} WHERE {key} = ANY(@keys)";
        _sweep = $"UPDATE {target} SET _deleted = true, _op = '{SweptOp}'{Emptied(table)} WHERE _source_epoch < @epoch AND NOT _deleted";
    }

    /// <summary>_op of a tombstone made by a sweep: no change said so, a newer full snapshot did not show the row.</summary>
    internal const string SweptOp = "s";

    private const char Kept = 'k';

    private static readonly (string Name, string Type, NpgsqlDbType Parameter)[] Meta =
    [
        ("_deleted", "boolean", NpgsqlDbType.Boolean),
        ("_op", "text", NpgsqlDbType.Text),
        ("_lsn", "bigint", NpgsqlDbType.Bigint),
        ("_source_epoch", "integer", NpgsqlDbType.Integer),
        ("_partition", "integer", NpgsqlDbType.Integer),
        ("_offset", "bigint", NpgsqlDbType.Bigint),
        ("_committed_at", "timestamptz", NpgsqlDbType.TimestampTz),
    ];

    /// <summary>Whether a column of current is not the source's but ours.</summary>
    internal static bool IsMeta(string name) => name == PostgresKey.OwnColumn || Array.Exists(Meta, meta => meta.Name == name);

    /// <summary>SQL: assignments behind others that leave a row nothing but its key.</summary>
    internal static string Emptied(TableDescription table) => string.Concat(
        table.Columns.Where(column => !table.Key.Contains(column.Name)).Select(column => $", {PostgresTables.Quote(column.Name)} = NULL"));

    /// <summary>How the table's rows are told apart.</summary>
    internal TableKey Key { get; }

    /// <summary>What current has seen of these keys; keys it never saw are absent.</summary>
    internal async Task<Dictionary<RowKey, KeyState>> StatesAsync(NpgsqlConnection connection, RowKey[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(_states, connection);
        command.Parameters.Add(_key.Parameter("keys", keys));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var states = new Dictionary<RowKey, KeyState>(keys.Length);
        while (await reader.ReadAsync(cancellation))
        {
            Core.Changes.Lsn? lsn = reader.IsDBNull(1) ? null : new((ulong)reader.GetInt64(1));
            states[_key.Read(reader, 0)] = new KeyState(lsn, reader.GetInt32(2));
        }

        return states;
    }

    /// <summary>Writes one row a key; kept columns keep the value the table has, or NULL where it has no such row.</summary>
    internal async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyCollection<FinalRow> rows, IReadOnlyDictionary<RowKey, KeyState> known, CancellationToken cancellation)
    {
        // In key order: pages are touched once, and two loaders would lock rows in one order.
        var (added, replaced, merged) = (new List<FinalRow>(), new List<FinalRow>(rows.Count), new List<FinalRow>());
        foreach (var row in rows.OrderBy(row => row.Last.Key))
        {
            (!known.ContainsKey(row.Last.Key) ? added : row.KeepsSome ? merged : replaced).Add(row);
        }

        // A row that is there costs half as much to update as to insert and find there.
        await RunAsync(connection, _upsert, added, withKept: false, cancellation);
        await RunAsync(connection, _replace, replaced, withKept: false, cancellation);
        await RunAsync(connection, _merge, merged, withKept: true, cancellation);
    }

    /// <summary>Buries the rows of older source epochs that a newer epoch's snapshot did not show.</summary>
    internal async Task<int> SweepAsync(NpgsqlConnection connection, int epoch, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(_sweep, connection);
        command.Parameters.AddWithValue("epoch", epoch);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task RunAsync(NpgsqlConnection connection, string sql, List<FinalRow> rows, bool withKept, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(sql, connection);
        var kept = new string[rows.Count];
        var values = new object?[rows.Count][];
        for (var i = 0; i < rows.Count; i++)
        {
            (values[i], kept[i]) = Plain(rows[i].Values);
        }

        for (var i = 0; i < _table.Columns.Length; i++)
        {
            var kind = _table.Columns[i].Kind;
            Add(command, $"v{i}", PostgresTypes.Parameter(kind), PostgresTypes.Column(kind, values, i));
        }

        object[] meta =
        [
            Of(rows, row => row.Deleted),
            Of(rows, row => OpOf(row.Last.Act)),
            Of(rows, row => row.State.HighestLsn is { } lsn ? (long)lsn.Value : (long?)null),
            Of(rows, row => row.State.SourceEpoch),
            Of(rows, row => row.Last.Partition),
            Of(rows, row => row.Last.Offset),
            Of(rows, row => row.Last.CommittedAt),
        ];
        for (var i = 0; i < meta.Length; i++)
        {
            Add(command, $"v{_table.Columns.Length + i}", Meta[i].Parameter, meta[i]);
        }

        if (_key.IsOwn)
        {
            Add(command, $"v{_table.Columns.Length + meta.Length}", NpgsqlDbType.Text, Of(rows, row => row.Last.Key.ToString()));
        }

        if (withKept)
        {
            Add(command, "kept", NpgsqlDbType.Text, kept);
        }

        var written = await command.ExecuteNonQueryAsync(cancellation);
        if (written != rows.Count)
        {
            throw new InvalidOperationException($"current rows of {_table.Name}: {rows.Count} to write, {written} written");
        }
    }

    // One character a column says whether it keeps its value.
    private static (object?[] Values, string Kept) Plain(object?[] values)
    {
        if (!KeptValue.IsIn(values))
        {
            return (values, string.Empty);
        }

        return (
            Array.ConvertAll(values, value => ReferenceEquals(value, KeptValue.Instance) ? null : value),
            string.Concat(values.Select(value => ReferenceEquals(value, KeptValue.Instance) ? Kept : '-')));
    }

    private static T[] Of<T>(List<FinalRow> rows, Func<FinalRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return values;
    }

    private static void Add(NpgsqlCommand command, string name, NpgsqlDbType type, object value) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = value });

    private static string OpOf(ChangeAct act) => act switch
    {
        ChangeAct.Snapshot => "r",
        ChangeAct.Insert => "c",
        ChangeAct.Update => "u",
        _ => "d",
    };
}
