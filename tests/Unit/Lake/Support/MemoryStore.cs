using HospitalStreaming.Lake;

namespace HospitalStreaming.Tests.Unit.Lake.Support;

/// <summary>What a bucket holds.</summary>
internal sealed class MemoryStore
{
    private readonly SortedDictionary<string, StoredThing> _things = new(StringComparer.Ordinal);
    private long _generation;

    internal IReadOnlyCollection<string> Paths => _things.Keys;

    internal StoredThing? Find(string path) => _things.GetValueOrDefault(path);

    internal bool Create(string path, byte[] bytes, LakeManifest? manifest) => _things.TryAdd(path, new StoredThing(bytes, manifest, null, ++_generation));

    /// <summary>Empties one generation of an object and no other.</summary>
    internal bool Replace(string path, long generation, CompactedPart part)
    {
        var now = _things[path];
        if (now.Generation != generation)
        {
            return false;
        }

        _things[path] = now with { Bytes = [], Part = part, Generation = ++_generation };
        return true;
    }
}

/// <summary>One object or document.</summary>
internal sealed record StoredThing(byte[] Bytes, LakeManifest? Manifest, CompactedPart? Part, long Generation);
