using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A lake whose user dies when a certain document is written: before it, or right after.</summary>
internal sealed class CrashingLake(ILake inner, string at, bool after) : ILake
{
    public string Location => inner.Location;

    public LakeCompression Compression => inner.Compression;

    public string AddressOf(LakeObjectName name) => inner.AddressOf(name);

    public Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation) =>
        inner.CreateAsync(name, stored, manifest, cancellation);

    public Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation) => inner.FindAsync(name, cancellation);

    public Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation) => inner.OpenReadAsync(name, cancellation);

    public Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation) => inner.DaysAsync(topic, cancellation);

    public IAsyncEnumerable<LakeObject> ListAsync(LakeStream stream, DateOnly day, long fromOffset, CancellationToken cancellation) =>
        inner.ListAsync(stream, day, fromOffset, cancellation);

    public async Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (Hits(path) && !after)
        {
            throw new IOException("crash");
        }

        var created = await inner.CreateDocumentAsync(path, content, cancellation);
        return Hits(path) ? throw new IOException("crash") : created;
    }

    public Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation) => inner.ReadDocumentAsync(path, cancellation);

    public IAsyncEnumerable<string> ListDocumentsAsync(string prefix, CancellationToken cancellation) => inner.ListDocumentsAsync(prefix, cancellation);

    private bool Hits(string path) => path.StartsWith(at, StringComparison.Ordinal);
}
