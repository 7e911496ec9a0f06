using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>A lake whose user dies at its n-th change: at even numbers before it takes effect, at odd ones right after.</summary>
internal sealed class DyingLake(ILake inner) : ILake
{
    private int _seen;

    /// <summary>Changes and halves of changes it lives for.</summary>
    public int ChangesLeft { get; init; }

    public bool IsDead { get; private set; }

    public string Location => inner.Location;

    public LakeCompression Compression => inner.Compression;

    public string AddressOf(LakeObjectName name) => inner.AddressOf(name);

    public Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation) =>
        ChangeAsync(() => inner.CreateAsync(name, stored, manifest, cancellation));

    public Task<bool> EmptyAsync(LakeObject found, CompactedPart part, CancellationToken cancellation) => ChangeAsync(() => inner.EmptyAsync(found, part, cancellation));

    public Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        ChangeAsync(() => inner.CreateDocumentAsync(path, content, cancellation));

    public Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation) => inner.FindAsync(name, cancellation);

    public Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation) => inner.OpenReadAsync(name, cancellation);

    public Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation) => inner.DaysAsync(topic, cancellation);

    public IAsyncEnumerable<LakeObject> ListAsync(LakeStream stream, DateOnly day, long fromOffset, CancellationToken cancellation) =>
        inner.ListAsync(stream, day, fromOffset, cancellation);

    public Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation) => inner.ReadDocumentAsync(path, cancellation);

    public IAsyncEnumerable<string> ListDocumentsAsync(string prefix, CancellationToken cancellation) => inner.ListDocumentsAsync(prefix, cancellation);

    private async Task<T> ChangeAsync<T>(Func<Task<T>> change)
    {
        DieAt(_seen++);
        var done = await change();
        DieAt(_seen++);
        return done;
    }

    private void DieAt(int moment)
    {
        IsDead |= moment == ChangesLeft;
        if (IsDead)
        {
            throw new IOException("crash");
        }
    }
}
