using System.Collections.Immutable;
using System.Globalization;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>How two states of one table compare. Keys and column names only, never values.</summary>
/// <param name="Table">Table.</param>
/// <param name="Compared">Keys present in both.</param>
/// <param name="Missing">Keys the left side has and the right side lacks.</param>
/// <param name="Extra">Keys the right side has and the left side lacks.</param>
/// <param name="Different">Keys present in both with some column different.</param>
/// <param name="Columns">How many keys differ in each column; columns without difference are absent.</param>
/// <param name="Examples">A few of the keys concerned; those that are no numbers are shown by their SHA-256.</param>
public sealed record TableDifference(
    string Table, long Compared, long Missing, long Extra, long Different, ImmutableSortedDictionary<string, long> Columns, ImmutableArray<RowKey> Examples)
{
    /// <summary>Both sides are the same.</summary>
    public bool IsEqual => Missing == 0 && Extra == 0 && Different == 0;

    /// <summary>In plain words; left and right are named by the caller.</summary>
    public string Describe(string left, string right)
    {
        var parts = new List<string>();
        if (Missing > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Missing} of {left} missing in {right}"));
        }

        if (Extra > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Extra} in {right} that {left} does not have"));
        }

        if (Different > 0)
        {
            var columns = string.Join(", ", Columns.Select(column => string.Create(CultureInfo.InvariantCulture, $"{column.Key} in {column.Value}")));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Different} different ({columns})"));
        }

        return $"{Table}: {string.Join(", ", parts)}; keys such as {string.Join(", ", Examples.Select(key => key.Shown))}";
    }
}
