using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>A lake with a tap on creations: a test decides what happens before and after each.</summary>
internal sealed class TapLake(ILake lake) : ILake
{
    /// <summary>Called before the object is created; an exception means that nothing was.</summary>
    public Func<LakeObjectName, CancellationToken, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Called after it was created; an exception is a lost reply.</summary>
    public Func<LakeObjectName, CancellationToken, Task> After { get; set; } = static (_, _) => Task.CompletedTask;

    public int Created { get; private set; }

    public string Location => lake.Location;

    public LakeCompression Compression => lake.Compression;

    public string AddressOf(LakeObjectName name) => lake.AddressOf(name);

    public async Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        await Before(name, cancellation);
        var put = await lake.CreateAsync(name, stored, manifest, cancellation);
        Created += put.Created ? 1 : 0;
        await After(name, cancellation);
        return put;
    }

    public Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation) => lake.FindAsync(name, cancellation);

    public Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation) => lake.OpenReadAsync(name, cancellation);

    public Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation) => lake.DaysAsync(topic, cancellation);

    public IAsyncEnumerable<LakeObject> ListAsync(LakeStream stream, DateOnly day, long fromOffset, CancellationToken cancellation) =>
        lake.ListAsync(stream, day, fromOffset, cancellation);

    public Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        lake.CreateDocumentAsync(path, content, cancellation);

    public Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation) => lake.ReadDocumentAsync(path, cancellation);

    public IAsyncEnumerable<string> ListDocumentsAsync(string prefix, CancellationToken cancellation) => lake.ListDocumentsAsync(prefix, cancellation);
}
