using System.Globalization;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>One row with the columns asked for.</summary>
internal sealed record SyntheaRow(string File, int Line, IReadOnlyDictionary<string, string> Fields)
{
    public string this[string column] => Fields[column];

    /// <exception cref="SyntheaRowException">Empty.</exception>
    public string Required(string column) => Fields[column].Length > 0 ? Fields[column] : throw new SyntheaRowException($"{column} is empty");

    /// <exception cref="SyntheaRowException">Not a time.</exception>
    public DateTimeOffset Time(string column) =>
        DateTimeOffset.TryParse(Fields[column], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new SyntheaRowException($"{column} is not a time");

    public DateTimeOffset? OptionalTime(string column) => Fields[column].Length == 0 ? null : Time(column);

    /// <exception cref="SyntheaRowException">Not a date.</exception>
    public DateOnly Date(string column) =>
        DateOnly.TryParseExact(Fields[column], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new SyntheaRowException($"{column} is not a date");

    /// <exception cref="SyntheaRowException">Not money, or finer than cents.</exception>
    public decimal Money(string column)
    {
        if (!decimal.TryParse(Fields[column], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            throw new SyntheaRowException($"{column} is not an amount");
        }

        return decimal.Round(amount, 2) == amount ? decimal.Round(amount, 2) : throw new SyntheaRowException($"{column} is finer than cents");
    }
}
