using CsvHelper;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>The rows of one CSV file, each with its line; broken ones are skipped and counted.</summary>
internal static class SyntheaTable
{
    /// <exception cref="SyntheaException">The file lacks a column that is needed.</exception>
    public static IEnumerable<SyntheaRow> Read(string file, byte[] content, string[] columns, SkippedRows skipped)
    {
        using var csv = CsvReader.Create(content, new CsvReaderOptions
        {
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Skip,
            FieldCountMismatch = CsvFieldCountHandling.Skip,
            OnMalformedRecord = record => skipped.Add(
                file, (int)record.LineNumber, record.Reason == CsvMalformedReason.FieldCountMismatch ? "has not as many fields as the header" : "is not well-formed CSV"),
            IncludeValuesInExceptions = false,
        });
        csv.ReadHeader();
        var missing = columns.Where(column => !csv.TryGetFieldIndex(column, out _)).ToList();
        if (missing.Count > 0)
        {
            throw new SyntheaException($"{file} has no column {string.Join(", ", missing)}: is it empty, or from another version of Synthea?");
        }

        while (csv.Read())
        {
            yield return new SyntheaRow(file, (int)csv.LineNumber, columns.ToDictionary(column => column, column => csv.GetString(column).Trim()));
        }
    }
}
