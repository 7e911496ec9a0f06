using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>Fields of a table's rows that its description has not, looked for once in each version of the table: an object holds one, so one row says it.</summary>
/// <param name="table">The table.</param>
/// <param name="lake">Where its objects are.</param>
internal sealed class UndescribedFields(TableDescription table, ILake lake)
{
    /// <summary>Most columns that messages may bring to one table.</summary>
    internal const int Most = 200;

    private readonly RecordReader _reader = new(table);
    private readonly HashSet<string> _schemas = new(StringComparer.Ordinal);

    /// <summary>Names that the rows of these objects have and the description has not, each once.</summary>
    internal async Task<IReadOnlyList<string>> FindAsync(IEnumerable<LakeObject> objects, CancellationToken cancellation)
    {
        var fields = new List<string>();
        foreach (var item in objects.Where(item => table.HasKey && !_schemas.Contains(item.Manifest!.SchemaFingerprint)))
        {
            // Rows that cannot be read say nothing: the next object of the version is asked.
            var found = await FindAsync(item, cancellation);
            fields.AddRange(found ?? []);
            if (found is not null && item.Manifest!.SchemaFingerprint.Length > 0)
            {
                _schemas.Add(item.Manifest.SchemaFingerprint);
            }
        }

        return [.. fields.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Refuses more columns than a table may get from messages.</summary>
    /// <exception cref="TableStoppedException">They are more.</exception>
    internal static void RequireFew(string topic, TableDescription table, int more)
    {
        if (more + table.Columns.Count(column => column.Type == Core.Domain.Sources.SourceType.Undescribed) > Most)
        {
            throw new TableStoppedException(
                topic, $"rows of {table.Name} have more than {Most} columns that nobody described: describe the table in the file that WarehouseSink:Tables names, or send it under another name");
        }
    }

    private async Task<IReadOnlyList<string>?> FindAsync(LakeObject item, CancellationToken cancellation)
    {
        try
        {
            using var lines = await LakeObjectReader.OpenAsync(lake, item, cancellation);
            return lines.Records().Select(_reader.Undescribed).FirstOrDefault(fields => fields is not null);
        }
        catch (LakeDamageException)
        {
            // The load says so in its own words.
            return null;
        }
    }
}
