using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Core.Merging;

/// <summary>Reads columns of one table from the bytes of their JSON scalars, whose grammar is checked already, as <see cref="ColumnValueReader"/> reads them from parsed rows.</summary>
internal sealed class ColumnScalars(TableDescription table, ColumnValueReader values)
{
    private static readonly byte[] Unavailable = Encoding.UTF8.GetBytes($"\"{ChangeFields.UnavailableValue}\"");

    /// <summary>A row's value; false where the column does not take it, which whoever parses the row can say why.</summary>
    /// <param name="scalar">The scalar, its quotes included.</param>
    /// <param name="place">Place of the column in the table.</param>
    /// <param name="value">The value; <see cref="KeptValue.Instance"/> where the column stays as it was.</param>
    internal bool TryRead(ReadOnlySpan<byte> scalar, int place, out object? value)
    {
        value = null;
        if (scalar[0] == 'n')
        {
            return true;
        }

        if (scalar.SequenceEqual(Unavailable))
        {
            value = KeptValue.Instance;
            return true;
        }

        var column = table.Columns[place];
        value = values.ReadPlain(scalar, column);
        if (value is null)
        {
            var reader = new Utf8JsonReader(scalar);
            var read = values.ReadValue(JsonElement.ParseValue(ref reader), column);
            value = read.State == ColumnState.Unchanged ? KeptValue.Instance : read.Value;
            if (read.State is not (ColumnState.Value or ColumnState.Null or ColumnState.Unchanged))
            {
                return false;
            }
        }

        return value is not string text || !text.Contains('\0', StringComparison.Ordinal);
    }
}
