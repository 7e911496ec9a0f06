using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Describing;

namespace HospitalStreaming.WarehouseSink.Tables;

/// <summary>The file that WarehouseSink:Tables names: descriptions of tables beside the hospital's own, one or an array of them.</summary>
internal static class TableFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It does not describe tables that can be loaded.</exception>
    internal static IReadOnlyList<SourceTable> Read(string path)
    {
        var tables = Parse(File.ReadAllBytes(path));
        foreach (var table in tables)
        {
            if (table.Schema != "public" || HospitalSchema.Table(table.Name) is not null)
            {
                throw new FormatException($"{table.Schema}.{table.Name} cannot be described: a table of schema public that is none of the hospital's own can");
            }

            try
            {
                _ = table.ToDescription();
            }
            catch (NotSupportedException unsupported)
            {
                throw new FormatException(unsupported.Message, unsupported);
            }
        }

        return tables.Select(table => table.Name).Distinct(StringComparer.Ordinal).Count() == tables.Count ? tables : throw new FormatException("a table is described twice");
    }

    /// <summary>Keeps what the file says in the lake, where every loader and a rebuild find it.</summary>
    /// <exception cref="FormatException">A table is described otherwise than the lake's records of it were written and loaded by.</exception>
    internal static async Task KeepAsync(string path, ILake lake, CancellationToken cancellation)
    {
        var documents = new TableDocuments(lake);
        var kept = await documents.ReadAsync(cancellation);
        foreach (var table in Read(path))
        {
            if (kept.TryGetValue((table.Schema, table.Name), out var known))
            {
                RequireSame(known.Table, table);
            }

            await documents.KeepAsync(table, cancellation);
        }
    }

    // Records before and after the change are in one chain, and a description holds for all of it: only columns may come and go.
    private static void RequireSame(SourceTable before, SourceTable now)
    {
        var what = before.Modes != now.Modes ? "modes are"
            : !before.Key.SequenceEqual(now.Key) ? "key is"
            : now.Columns.FirstOrDefault(column => before.Columns.Any(old => old.Name == column.Name && old.Type.Name != column.Type.Name)) is { } retyped
                ? $"column {retyped.Name}'s type is"
            : null;
        if (what is not null)
        {
            throw new FormatException($"WarehouseSink:Tables: {now.Name}'s {what} another than the lake's description says; put it back, or send the table under another name");
        }
    }

    private static IReadOnlyList<SourceTable> Parse(byte[] content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind == JsonValueKind.Array
                ? [.. json.RootElement.EnumerateArray().Select(table => SourceTableDocument.Read(Encoding.UTF8.GetBytes(table.GetRawText())))]
                : [SourceTableDocument.Read(content)];
        }
        catch (JsonException failure)
        {
            throw new FormatException("the file is no JSON", failure);
        }
    }
}
