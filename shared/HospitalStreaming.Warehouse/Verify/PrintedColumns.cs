using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Warehouse.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>
/// Values of described columns as PostgreSQL prints them, so that what a record says, what current holds and what the source holds compare as texts: one
/// server prints all sides of a comparison in one way, whatever the type.
/// </summary>
internal static class PrintedColumns
{
    /// <summary>Settings under which each side is printed; for the session, or with LOCAL for the transaction.</summary>
    internal static string Settings(string local) => string.Join(
        "; ",
        new[] { "DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "TimeZone = 'UTC'", "bytea_output = 'hex'", "extra_float_digits = 1" }.Select(setting => $"SET {local}{setting}"));

    /// <summary>SQL: a value of the warehouse's type, printed. Arrays as JSON, which leaves out their bounds.</summary>
    internal static string Print(ColumnDescription column, string value) => column.Type is not { } type ? value
        : type.Kind == SourceKind.Array ? $"to_jsonb({value})::text"
        : $"({value})::text";

    /// <summary>Rows as records say them, as current would print them.</summary>
    internal static async Task<IReadOnlyList<object?[]>> OfRecordsAsync(
        NpgsqlDataSource source, TableDescription table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        int[] places = [.. Enumerable.Range(0, table.Columns.Length).Where(place => table.Columns[place] is { Type: { } } column && PostgresTypes.Sql(column) != "text")];
        if (places.Length == 0 || rows.Count == 0)
        {
            return rows;
        }

        var printed = places.Select(place => Print(table.Columns[place], string.Create(CultureInfo.InvariantCulture, $"v{place}::{PostgresTypes.Sql(table.Columns[place])}")));
        var arrays = places.Select(place => string.Create(CultureInfo.InvariantCulture, $"@v{place}::text[]"));
        var names = places.Select(place => string.Create(CultureInfo.InvariantCulture, $"v{place}"));
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var settings = new NpgsqlCommand(Settings("LOCAL "), connection))
        {
            await settings.ExecuteNonQueryAsync(cancellation);
        }

        await using var command = new NpgsqlCommand(
            $"SELECT {string.Join(", ", printed)} FROM unnest({string.Join(", ", arrays)}) WITH ORDINALITY AS s({string.Join(", ", names)}, number) ORDER BY number", connection);
        foreach (var place in places)
        {
            command.Parameters.Add(new(string.Create(CultureInfo.InvariantCulture, $"v{place}"), NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = rows.Select(row => (string?)row[place]).ToArray() });
        }

        var result = new List<object?[]>(rows.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            object?[] row = [.. rows[result.Count]];
            for (var i = 0; i < places.Length; i++)
            {
                row[places[i]] = reader.IsDBNull(i) ? null : reader.GetString(i);
            }

            result.Add(row);
        }

        return result;
    }
}
