using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// How a table's keys stand in its raw and current tables. A whole number is current's own column, and raw is asked by the key's JSON, which every
/// producer writes alike. Any other key stands in a column of its own, as its canonical JSON (<see cref="TableKey"/>): equality of texts is the same
/// here and in the loader, which that of PostgreSQL's types is not (1.0 and 1.00 are one numeric, and two keys of Debezium's).
/// </summary>
internal sealed class PostgresKey(TableDescription table)
{
    /// <summary>Column of current with a key that is no whole number.</summary>
    internal const string OwnColumn = "_key";

    /// <summary>Column of raw with a key that is no whole number.</summary>
    internal const string OwnRawColumn = "row_key";

    /// <summary>Whether keys stand in a column of their own.</summary>
    internal bool IsOwn { get; } = table.HasKey && !table.HasNumberKey;

    /// <summary>Current's primary key, quoted.</summary>
    internal string Column => IsOwn ? OwnColumn : PostgresTables.Quote(table.KeyColumn);

    /// <summary>Raw's column by which a key's rows are found.</summary>
    internal string RawColumn => IsOwn ? OwnRawColumn : "key";

    /// <summary>Current's key as <see cref="Read"/> reads it.</summary>
    internal string Selected => IsOwn ? OwnColumn : Column + "::bigint";

    /// <summary>A key that <see cref="Selected"/> selected.</summary>
    internal RowKey Read(NpgsqlDataReader row, int place) => IsOwn ? RowKey.Parse(row.GetString(place)) : row.GetInt64(place);

    /// <summary>Keys to compare <see cref="Column"/> with.</summary>
    internal NpgsqlParameter Parameter(string name, RowKey[] keys) => IsOwn
        ? Texts(name, Array.ConvertAll(keys, key => key.ToString()))
        : new(name, NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = Array.ConvertAll(keys, key => key.Number) };

    /// <summary>Keys to compare <see cref="RawColumn"/> with.</summary>
    internal NpgsqlParameter RawParameter(string name, IEnumerable<RowKey> keys) => Texts(name, [.. keys.Select(key => IsOwn ? key.ToString() : Text(key.Number))]);

    /// <summary>SQL: whether row r of raw is of the key of row c of current.</summary>
    internal string IsSameRow() => IsOwn
        ? $"r.{OwnRawColumn} = c.{OwnColumn}"
        : $"r.key = '{Text(0)[..^2].Replace("'", "''", StringComparison.Ordinal)}' || c.{Column} || '}}'";

    // A key as every producer of change topics writes it: one column, no space.
    private string Text(long key) => string.Create(CultureInfo.InvariantCulture, $$"""{"{{table.KeyColumn}}":{{key}}}""");

    private static NpgsqlParameter Texts(string name, string[] texts) => new(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = texts };
}
