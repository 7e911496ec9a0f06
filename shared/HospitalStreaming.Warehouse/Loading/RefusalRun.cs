using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// Tells a column that was given another type at the source from single bad records: every row that has a value in it is refused for it, one after the
/// other. Such a table stops rather than sending all its rows to the dead letters.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="most">Rows refused in a row that stop the table; 0 for never.</param>
/// <param name="choice">What somebody can run so that a column is a text from there on, and what that does.</param>
internal sealed class RefusalRun(TableDescription table, int most, Func<string, string> choice)
{
    private (string? Column, int Rows) _kept;
    private (string? Column, int Rows) _now;

    /// <summary>A load begins, perhaps the same one again.</summary>
    internal void Begin() => _now = _kept;

    /// <summary>What the load has read is so for good.</summary>
    internal void Committed() => _kept = _now;

    /// <summary>Takes what one record says by itself.</summary>
    /// <exception cref="TableStoppedException">The table has become another.</exception>
    internal void Note(in ReadRecord record)
    {
        if (record.RefusedColumn is { } column)
        {
            _now = column == _now.Column ? (column, _now.Rows + 1) : (column, 1);
            if (_now.Rows == most)
            {
                throw new TableStoppedException(TopicNames.ChangesOf(table.Name), Message(column));
            }
        }
        else if (_now.Column is { } refused && record.Change?.Values is { } values && values[table.Columns.IndexOf(table.Required(refused))] is not null)
        {
            _now = default;
        }
    }

    private string Message(string column) => string.Create(
        CultureInfo.InvariantCulture,
        $"{most} rows of {table.Name} in a row were refused because of column {column}: it was renamed or given another type at the source. Nothing of them is loaded or lost. ")
        + (table.Key.Contains(column)
            ? $"The key of {table.Name} must {(table.HasNumberKey ? $"stay the whole number {column}" : "keep its columns and their types")}: send the table under another name, or set Warehouse:AlikeRefusals to 0, which sends such rows to the dead letters"
            : $"Choose: {choice(column)}, or set Warehouse:AlikeRefusals to 0, which sends such rows to the dead letters");
}
