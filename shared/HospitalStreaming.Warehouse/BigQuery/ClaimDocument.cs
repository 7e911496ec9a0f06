using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// A table's claim as a create-only document of the lake, loads/LIFE/TABLE/SEQ.json: exact objects. Whoever comes after a crash runs this same
/// list, never another.
/// </summary>
/// <param name="Life">The warehouse it is for, <see cref="BigQueryTables.LifeAsync"/>.</param>
/// <param name="Table">Table.</param>
/// <param name="Sequence">Number of the claim, from 1, without gaps.</param>
/// <param name="Objects">Its objects.</param>
internal sealed record ClaimDocument(string Life, string Table, long Sequence, IReadOnlyList<LakeObject> Objects)
{
    internal string Path => PathOf(Life, Table, Sequence);

    internal long Rows => Objects.Sum(item => (long)item.Manifest!.Rows);

    /// <summary>One load job each. A re-created topic counts its offsets anew, so rows of two lives of it must not mix before they are told apart.</summary>
    internal IEnumerable<ClaimPart> Parts => Objects.GroupBy(item => item.Name.Stream.Epoch).Select(life => new ClaimPart(this, life.Key, [.. life]));

    /// <summary>A pure function of the claim, so that two writers of one claim write the same bytes.</summary>
    internal byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        table = Table,
        seq = Sequence,
        rows = Rows,
        objects = Objects.Select(item => new
        {
            name = item.Name.ToString(),
            generation = item.Generation,
            rows = item.Manifest!.Rows,
            next = item.Manifest.Next,
            sha256 = item.Manifest.Sha256,
        }),
    });

    /// <summary>Reads a claim and finds its objects again.</summary>
    /// <exception cref="LakeDamageException">The document or an object is not what it was.</exception>
    internal static async Task<ClaimDocument?> ReadAsync(ILake lake, string life, string table, long sequence, CancellationToken cancellation)
    {
        var path = PathOf(life, table, sequence);
        if (await lake.ReadDocumentAsync(path, cancellation) is not { } content)
        {
            return null;
        }

        var objects = new List<LakeObject>();
        try
        {
            using var json = JsonDocument.Parse(content);
            foreach (var item in json.RootElement.GetProperty("objects").EnumerateArray())
            {
                var text = item.GetProperty("name").GetString()!;
                if (!LakeObjectName.TryParse(text, out var name)
                    || await lake.FindAsync(name, cancellation) is not { Manifest: { } manifest } found
                    || manifest.Sha256 != item.GetProperty("sha256").GetString())
                {
                    throw new LakeDamageException($"{path} claims {text}, which is gone or another object now; restore it from a backup");
                }

                objects.Add(found);
            }
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new LakeDamageException($"document {path} does not describe a claim; restore it from a backup", failure);
        }

        return new ClaimDocument(life, table, sequence, objects);
    }

    private static string PathOf(string life, string table, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"loads/{life}/{table}/{sequence:D12}.json");
}
