using System.Formats.Tar;
using System.IO.Compression;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>The CSV files of an export: a folder (or its csv folder) or a .tgz of one, at any depth.</summary>
internal static class SyntheaFiles
{
    public const string Patients = "patients.csv";
    public const string Providers = "providers.csv";
    public const string Encounters = "encounters.csv";
    public const string Medications = "medications.csv";
    public const string Claims = "claims.csv";

    private static readonly string[] Needed = [Patients, Providers, Encounters, Medications, Claims];

    /// <summary>Content of the five files by name.</summary>
    /// <exception cref="SyntheaException">The path or a file is missing or unreadable.</exception>
    public static async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var files = Directory.Exists(path) ? await ReadFolderAsync(path, cancellation)
                : File.Exists(path) ? await ReadArchiveAsync(path, cancellation)
                : throw new SyntheaException($"{path} does not exist: give a folder of Synthea's CSV files or a .tgz of one");
            var missing = Needed.Where(name => !files.ContainsKey(name)).ToList();
            return missing.Count == 0
                ? files
                : throw new SyntheaException($"{path} has no {string.Join(", no ", missing)}: export with exporter.csv.export = true");
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SyntheaException($"{path} cannot be read: {failure.Message}");
        }
    }

    private static async Task<Dictionary<string, byte[]>> ReadFolderAsync(string path, CancellationToken cancellation)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Directory.EnumerateFiles(path, "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (Needed.Contains(name, StringComparer.OrdinalIgnoreCase) && !files.ContainsKey(name))
            {
                files[name] = await File.ReadAllBytesAsync(file, cancellation);
            }
        }

        return files;
    }

    private static async Task<Dictionary<string, byte[]>> ReadArchiveAsync(string path, CancellationToken cancellation)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        await using var file = File.OpenRead(path);
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await using var archive = new TarReader(unzipped);
        while (await archive.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            var name = Path.GetFileName(entry.Name);
            if (entry.DataStream is { } data && Needed.Contains(name, StringComparer.OrdinalIgnoreCase) && !files.ContainsKey(name))
            {
                using var content = new MemoryStream();
                await data.CopyToAsync(content, cancellation);
                files[name] = content.ToArray();
            }
        }

        return files;
    }
}
