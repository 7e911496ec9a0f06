using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// How rows of one table are told apart. A key of one whole number is that number. Any other is a JSON object of the key's columns in the key's order,
/// without a space: whole numbers and booleans as such, every other value as the text PostgreSQL prints for it. So it is the same whatever the modes
/// in which a message has it, and with schemas in the message or not.
/// </summary>
public sealed class TableKey
{
    /// <summary>Longest canonical JSON of a key, bytes of UTF-8: what an index of PostgreSQL certainly holds. A longer key is a dead letter.</summary>
    public const int MaxBytes = 2_000;

    private readonly TableDescription _table;
    private readonly ColumnValueReader _values;
    private readonly ColumnDescription[] _columns;
    private readonly int[] _places;

    /// <summary>The key of a table that has one.</summary>
    /// <exception cref="ArgumentException">It has none, or not of its columns, or of columns that only tables known in code have.</exception>
    public TableKey(TableDescription table)
    {
        (_table, _values) = (table, new ColumnValueReader(table.Modes));
        _columns = [.. table.Key.Select(table.Required)];
        _places = Array.ConvertAll(_columns, column => table.Columns.IndexOf(column));
        (IsNumber, IsInt32) = (table.HasNumberKey, table.HasNumberKey && _columns[0].Kind == ColumnKind.Int32);
        if (_columns.Length == 0 || (!table.HasNumberKey && Array.Exists(_columns, column => column.Type is null)))
        {
            throw new ArgumentException($"the key of table {table.Name} is neither one whole number nor described by the source's types", nameof(table));
        }
    }

    /// <summary>How many columns the table has.</summary>
    public int Width => _table.Columns.Length;

    /// <summary>Whether keys are whole numbers.</summary>
    public bool IsNumber { get; }

    /// <summary>Whether keys are whole numbers of 32 bits.</summary>
    internal bool IsInt32 { get; }

    /// <summary>Whether a column, by its place in the table, is of the key.</summary>
    public bool Has(int place) => Array.IndexOf(_places, place) >= 0;

    /// <summary>The key in a record's key or row; null where it cannot be read.</summary>
    public RowKey? Read(JsonElement json) => Read(json, out _, out _);

    /// <summary>The key in a record's key or row; null where it cannot be read.</summary>
    /// <param name="json">An object with the key's columns; what else it has is not looked at.</param>
    /// <param name="refused">The first column that is not there or has no value of its type.</param>
    /// <param name="why">Why there is none, without any value of it.</param>
    public RowKey? Read(JsonElement json, out string? refused, out ChangeRejection? why)
    {
        (refused, why) = (null, null);
        if (IsNumber)
        {
            if (_values.Read(json, _columns[0]) is { State: ColumnState.Value, Value: { } id })
            {
                return id is long number ? number : Convert.ToInt64(id, CultureInfo.InvariantCulture);
            }

            refused = _columns[0].Name;
            why = new ChangeRejection(RejectionCodes.WrongType, $"the key has no whole number {refused}");
            return null;
        }

        var values = new object?[_columns.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (_values.Read(json, _columns[i]) is not { State: ColumnState.Value, Value: string text } || text.Contains('\0', StringComparison.Ordinal))
            {
                refused = _columns[i].Name;
                why = new ChangeRejection(RejectionCodes.WrongType, $"the key has no {_columns[i].Type!.Name} {refused}");
                return null;
            }

            values[i] = text;
        }

        var key = Canonical(values);
        if (key is null)
        {
            why = new ChangeRejection(RejectionCodes.TooLarge, string.Create(CultureInfo.InvariantCulture, $"the key is longer than {MaxBytes} bytes"));
        }

        return key;
    }

    /// <summary>Whether a row's own columns say this key. Columns of the key that the log did not carry get the key's values.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="row">The row's values in column order.</param>
    /// <param name="misfit">The first column of the key that says otherwise.</param>
    public bool Fits(RowKey key, object?[] row, out string? misfit)
    {
        misfit = null;
        if (IsNumber)
        {
            misfit = row[_places[0]] is (int or long) and var own && Convert.ToInt64(own, CultureInfo.InvariantCulture) == key.Number ? null : _columns[0].Name;
            return misfit is null;
        }

        var values = Values(key);
        for (var i = 0; i < values.Length; i++)
        {
            var place = _places[i];
            if (ReferenceEquals(row[place], KeptValue.Instance))
            {
                row[place] = values[i];
            }
            else if (row[place] is not string own || own != (string?)values[i])
            {
                misfit = _columns[i].Name;
                return false;
            }
        }

        return true;
    }

    /// <summary>The key of a row of current.</summary>
    /// <exception cref="FormatException">Its columns make no key.</exception>
    public RowKey Of(object?[] row)
    {
        if (IsNumber)
        {
            return Convert.ToInt64(row[_places[0]], CultureInfo.InvariantCulture);
        }

        var values = Array.ConvertAll(_places, place => row[place] as string);
        return Array.TrueForAll(values, value => value is not null) && Canonical(values) is { } key
            ? key
            : throw new FormatException($"a row of {_table.Name} has no key");
    }

    /// <summary>The row that a delete leaves: its key, and NULL otherwise.</summary>
    public object?[] Tombstone(RowKey key)
    {
        var row = new object?[Width];
        var values = Values(key);
        for (var i = 0; i < values.Length; i++)
        {
            row[_places[i]] = values[i];
        }

        return row;
    }

    private object?[] Values(RowKey key)
    {
        if (IsNumber)
        {
            return [key.Number];
        }

        using var json = JsonDocument.Parse(key.ToString());
        return Array.ConvertAll(_columns, column => (object?)Text(json.RootElement.GetProperty(column.Name)));
    }

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    private RowKey? Canonical(object?[] values)
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < values.Length; i++)
        {
            text.Append(i > 0 ? "," : string.Empty);
            Quote(text, _columns[i].Name);
            text.Append(':');
            if (IsBare(_columns[i].Type!.Kind))
            {
                text.Append(values[i]);
            }
            else
            {
                Quote(text, (string)values[i]!);
            }
        }

        var canonical = text.Append('}').ToString();
        return Encoding.UTF8.GetByteCount(canonical) <= MaxBytes ? RowKey.Parse(canonical) : null;
    }

    private static bool IsBare(SourceKind kind) => kind is SourceKind.SmallInt or SourceKind.Integer or SourceKind.BigInt or SourceKind.Oid or SourceKind.Boolean;

    // By hand: what .NET's encoders escape changes with the Unicode version they know, and these texts are kept.
    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            if (character is '"' or '\\')
            {
                text.Append('\\').Append(character);
            }
            else if (character < ' ')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                text.Append(character);
            }
        }

        text.Append('"');
    }
}
