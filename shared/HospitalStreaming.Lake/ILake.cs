using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake;

/// <summary>
/// Where change records are kept as objects: a folder or a Google Cloud Storage bucket. No record is ever overwritten or deleted through this port:
/// emptying an object changes where an object's bytes lie, never what a reader gets.
/// All calls retry what is transient, and throw <see cref="LakeException"/> when that did not help.
/// </summary>
public interface ILake
{
    /// <summary>For messages: the folder's path or gs://BUCKET.</summary>
    string Location { get; }

    /// <summary>How new objects are stored; pinned for the lake's life.</summary>
    LakeCompression Compression { get; }

    /// <summary>How objects are stored, where they lie and what lines hold; pinned for the lake's life.</summary>
    LakeShape Shape => LakeShape.Of(Compression);

    /// <summary>The object's address for a loader outside: gs://BUCKET/NAME or the file's path.</summary>
    string AddressOf(LakeObjectName name);

    /// <summary>
    /// Creates the object if its name is free, durably; one of any number of simultaneous writers wins. The others get the winner's object.
    /// </summary>
    /// <exception cref="LakeDamageException">The name is taken by an object that is not readable as one of ours.</exception>
    Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation);

    /// <summary>The object under a name, or null.</summary>
    Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation);

    /// <summary>The stored bytes, from the start, wherever compaction has put them. The stream may break off early: readers check length and SHA-256.</summary>
    /// <exception cref="LakeDamageException">There is no such object.</exception>
    Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation);

    /// <summary>The same of an object that was found, which spares a look at what compaction has emptied.</summary>
    Task<Stream> OpenReadAsync(LakeObject found, CancellationToken cancellation) => OpenReadAsync(found.Name, cancellation);

    /// <summary>
    /// Empties an object whose bytes lie in a larger one now; its name stays taken and its manifest stays as it was, with the part beside it.
    /// From then on reading it gives the part. False where the object is no longer the one given. Idempotent.
    /// </summary>
    /// <param name="found">The object as it was found.</param>
    /// <param name="part">Where its bytes lie now, durably.</param>
    /// <param name="cancellation">Stops it; the object may then be emptied or not.</param>
    Task<bool> EmptyAsync(LakeObject found, CompactedPart part, CancellationToken cancellation) => throw new NotSupportedException("this lake is not compacted");

    /// <summary>Days under which a topic has objects, oldest first; one for all in layouts without a date. Days follow the records' timestamps and may run back a little.</summary>
    Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation);

    /// <summary>A stream's objects of one day that start at or after an offset, in log order.</summary>
    IAsyncEnumerable<LakeObject> ListAsync(LakeStream stream, DateOnly day, long fromOffset, CancellationToken cancellation);

    /// <summary>
    /// Creates a small document (claim, epoch, note) if its path is free, durably. False where it is taken: by another writer, or by an attempt of
    /// ours whose reply was lost; a caller that must know reads it and compares.
    /// </summary>
    /// <param name="path">Relative path; no part starts with a dot; not below topics/.</param>
    /// <param name="content">Whole content.</param>
    /// <param name="cancellation">Stops it; the document may then exist or not.</param>
    Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>A document's content, or null.</summary>
    Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation);

    /// <summary>A document's length in bytes, or null where it is missing.</summary>
    async Task<long?> LengthOfDocumentAsync(string path, CancellationToken cancellation) => (await ReadDocumentAsync(path, cancellation))?.Length;

    /// <summary>Paths of the documents below a prefix that ends in a slash, in ordinal order.</summary>
    IAsyncEnumerable<string> ListDocumentsAsync(string prefix, CancellationToken cancellation);
}
