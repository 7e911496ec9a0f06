using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Tests.Unit.Lake.Support;

/// <summary>
/// A bucket's rules in memory: create-only, replacing one generation only, listings that are no snapshot, and reading an emptied object in three
/// requests. Before each request, and before its reply, it asks whether the caller lives on.
/// </summary>
/// <param name="store">What the bucket holds; shared by all who use it.</param>
/// <param name="step">Waits for the caller's turn; an exception is its end.</param>
internal sealed class MemoryLake(MemoryStore store, Func<Task> step) : ILake
{
    /// <summary>A wrong rule, to see that a test notices: an emptied object reads as empty.</summary>
    internal bool ForgetsParts { get; init; }

    public string Location => "memory";

    public LakeCompression Compression => LakeCompression.None;

    public string AddressOf(LakeObjectName name) => name.ToString();

    public async Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        await step();
        var created = store.Create(name.ToString(), stored.ToArray(), manifest);
        await step();
        return new LakePut(created, (await FindAsync(name, cancellation))!);
    }

    public async Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation)
    {
        await step();
        return store.Find(name.ToString()) is { } found ? Of(name, found) : null;
    }

    public async Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation)
    {
        await step();
        var stored = store.Find(name.ToString()) ?? throw new LakeDamageException($"{name} is missing");
        return stored.Bytes.Length == 0 && !ForgetsParts && await FindAsync(name, cancellation) is { Part: not null } found
            ? await OpenReadAsync(found, cancellation)
            : new MemoryStream(stored.Bytes);
    }

    public async Task<Stream> OpenReadAsync(LakeObject found, CancellationToken cancellation)
    {
        if (found.Part is not { } part || ForgetsParts)
        {
            return await OpenReadAsync(found.Name, cancellation);
        }

        await step();
        var larger = store.Find(part.Path) ?? throw new LakeDamageException($"{part.Path} is missing");
        return new MemoryStream(larger.Bytes, (int)part.First, (int)part.Length);
    }

    public async Task<bool> EmptyAsync(LakeObject found, CompactedPart part, CancellationToken cancellation)
    {
        await step();
        var emptied = store.Replace(found.Name.ToString(), found.Generation, part);
        await step();
        return emptied || (await FindAsync(found.Name, cancellation))!.Part == part;
    }

    public async Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation)
    {
        await step();
        return [.. Names().Where(name => name.Stream.Topic == topic).Select(name => name.Day).Distinct().Order()];
    }

    public async IAsyncEnumerable<LakeObject> ListAsync(LakeStream stream, DateOnly day, long fromOffset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await step();
        foreach (var name in Names().Where(name => name.Stream == stream && name.Day == day && name.StartOffset >= fromOffset))
        {
            yield return (await FindAsync(name, cancellation))!;
        }
    }

    public async Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await step();
        var created = store.Create(path, content.ToArray(), null);
        await step();
        return created;
    }

    public async Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation)
    {
        await step();
        return store.Find(path)?.Bytes;
    }

    public async IAsyncEnumerable<string> ListDocumentsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await step();
        foreach (var path in store.Paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            yield return path;
        }
    }

    private static LakeObject Of(LakeObjectName name, StoredThing found) => new(name, found.Manifest, found.Generation) { Length = found.Bytes.Length, Part = found.Part };

    private List<LakeObjectName> Names() => [.. store.Paths.Select(path => LakeObjectName.TryParse(path, out var name) ? name : null).OfType<LakeObjectName>().Order()];
}
