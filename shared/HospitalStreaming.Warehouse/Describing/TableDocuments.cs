using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.Describing;

/// <summary>
/// Table descriptions kept in the lake, create-only, one document a version: tables/SCHEMA.TABLE/VERSION8.json. Beside the objects, so that a rebuild
/// reads what a message lacks long after the source has changed.
/// </summary>
public sealed class TableDocuments(ILake lake)
{
    private const string Root = "tables/";

    /// <summary>Keeps a description unless it is the latest one already.</summary>
    /// <returns>Its version, from 1.</returns>
    /// <exception cref="LakeDamageException">A document is not readable.</exception>
    public async Task<int> KeepAsync(SourceTable table, CancellationToken cancellation)
    {
        var content = SourceTableDocument.Write(table);
        while (true)
        {
            var latest = (await ReadAsync(cancellation)).GetValueOrDefault((table.Schema, table.Name));
            if (latest.Table is { } known && known.Equals(table))
            {
                return latest.Version;
            }

            // Taken meanwhile: by another, or by an attempt of ours whose reply was lost. Both are read again.
            if (await lake.CreateDocumentAsync(Path(table, latest.Version + 1), content, cancellation))
            {
                return latest.Version + 1;
            }
        }
    }

    /// <summary>The latest description of every table.</summary>
    /// <exception cref="LakeDamageException">A document is not readable.</exception>
    public async Task<IReadOnlyDictionary<(string Schema, string Name), (int Version, SourceTable Table)>> ReadAsync(CancellationToken cancellation)
    {
        // Paths come in ordinal order, versions are of fixed width: the last of a folder is the latest.
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var path in lake.ListDocumentsAsync(Root, cancellation))
        {
            paths[path[..path.LastIndexOf('/')]] = path;
        }

        var tables = new Dictionary<(string Schema, string Name), (int Version, SourceTable Table)>();
        foreach (var path in paths.Values)
        {
            var content = await lake.ReadDocumentAsync(path, cancellation) ?? throw new LakeDamageException($"document {path} is gone");
            try
            {
                var table = SourceTableDocument.Read(content);
                var version = int.Parse(path.AsSpan(path.LastIndexOf('/') + 1, 8), CultureInfo.InvariantCulture);
                tables[(table.Schema, table.Name)] = (version, table);
            }
            catch (Exception failure) when (failure is FormatException or ArgumentOutOfRangeException)
            {
                throw new LakeDamageException($"document {path} does not describe a table; restore it from a backup", failure);
            }
        }

        return tables;
    }

    /// <summary>The tables of schema public that are described beside those known already, by name.</summary>
    /// <exception cref="LakeDamageException">A document is not readable, or describes a table that cannot be loaded.</exception>
    public async Task<IReadOnlyList<TableDescription>> BesideAsync(IReadOnlyList<TableDescription> known, CancellationToken cancellation)
    {
        try
        {
            return [.. (await ReadAsync(cancellation)).Values.Select(item => item.Table)
                .Where(table => table.Schema == "public" && !known.Any(other => other.Name == table.Name))
                .OrderBy(table => table.Name, StringComparer.Ordinal).Select(table => table.ToDescription())];
        }
        catch (NotSupportedException unsupported)
        {
            throw new LakeDamageException(unsupported.Message, unsupported);
        }
    }

    private static string Path(SourceTable table, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{Root}{Plain(table.Schema)}.{Plain(table.Name)}/{version:00000000}.json");

    // What a document's path cannot hold goes as =XX.
    private static string Plain(string name)
    {
        var plain = new StringBuilder();
        foreach (var one in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'_' or (byte)'-')
            {
                plain.Append((char)one);
            }
            else
            {
                plain.Append(CultureInfo.InvariantCulture, $"={one:X2}");
            }
        }

        return plain.ToString();
    }
}
