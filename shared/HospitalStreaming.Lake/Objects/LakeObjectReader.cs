using System.Buffers;
using System.Security.Cryptography;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Lake.Objects;

/// <summary>
/// An object's records. The stored bytes are fetched whole and proved against the manifest's length and SHA-256 before the first record is given,
/// so that no half or altered object is ever read in part; lines are then unpacked one at a time.
/// </summary>
public sealed class LakeObjectReader : IDisposable
{
    /// <summary>Largest stored object read into memory, bytes. The sink cuts far below; one record may be large.</summary>
    public const long MaxStoredBytes = 64L * 1024 * 1024;

    private readonly LakeObject _object;
    private readonly LakeManifest _manifest;
    private byte[]? _stored;

    private LakeObjectReader(LakeObject found, LakeManifest manifest, byte[] stored) =>
        (_object, _manifest, _stored) = (found, manifest, stored);

    /// <summary>The stored bytes, proved.</summary>
    internal ReadOnlyMemory<byte> Stored => _stored.AsMemory(0, (int)_manifest.StoredBytes);

    /// <summary>Fetches and proves an object.</summary>
    /// <exception cref="LakeDamageException">It is missing, truncated, altered, or too large.</exception>
    public static async Task<LakeObjectReader> OpenAsync(ILake lake, LakeObject found, CancellationToken cancellation)
    {
        var manifest = found.Manifest ?? throw new LakeDamageException($"{found.Name} carries no manifest; run `hospital verify`");
        if (manifest.StoredBytes is < 0 or > MaxStoredBytes)
        {
            throw new LakeDamageException($"{found.Name} says it is {manifest.StoredBytes} bytes long, above the limit of {MaxStoredBytes}");
        }

        var stored = ArrayPool<byte>.Shared.Rent((int)manifest.StoredBytes + 1);
        try
        {
            await using var stream = await lake.OpenReadAsync(found, cancellation);
            var length = await stream.ReadAtLeastAsync(stored.AsMemory(0, (int)manifest.StoredBytes + 1), (int)manifest.StoredBytes + 1, false, cancellation);
            if (length != manifest.StoredBytes)
            {
                throw new LakeDamageException(
                    $"{found.Name} is {(length < manifest.StoredBytes ? "truncated" : "longer than it says")}: {length} of {manifest.StoredBytes} bytes");
            }

            if (Convert.ToHexStringLower(SHA256.HashData(stored.AsSpan(0, length))) != manifest.Sha256)
            {
                throw new LakeDamageException($"{found.Name} was altered: its SHA-256 is not its manifest's");
            }

            return new LakeObjectReader(found, manifest, stored);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(stored);
            throw;
        }
    }

    /// <summary>The records in log order. Each record's memory is its own and outlives the reader.</summary>
    /// <exception cref="LakeDamageException">The lines are not what the manifest says.</exception>
    public IEnumerable<LakeRecord> Records()
    {
        ObjectDisposedException.ThrowIf(_stored is null, this);
        using var lines = StoredLines.Open(_stored, (int)_manifest.StoredBytes, _object.Name.Compression, _manifest.UncompressedBytes);
        var rows = 0;
        var last = _object.Name.StartOffset - 1;
        var stream = _object.Name.Stream;
        var reader = new PartitionLineReader(stream.Topic, stream.Partition);
        while (Next(lines) is { } line)
        {
            var record = Parse(reader, line);
            if (record.Position.Offset <= last || record.Position.Partition != stream.Partition || record.Position.Topic != stream.Topic)
            {
                throw new LakeDamageException($"{_object.Name}: line {rows + 1} belongs to {record.Position}");
            }

            last = record.Position.Offset;
            rows++;
            yield return record;
        }

        if (rows != _manifest.Rows || last + 1 != _manifest.Next || lines.BytesRead != _manifest.UncompressedBytes)
        {
            throw new LakeDamageException($"{_object.Name}: {rows} lines up to offset {last}, its manifest says {_manifest.Rows} up to {_manifest.Next - 1}");
        }
    }

    /// <summary>The lines as they are stored, without their line feeds; for lakes from whose lines records cannot be made again.</summary>
    /// <exception cref="LakeDamageException">There are not as many as the manifest says.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Lines()
    {
        ObjectDisposedException.ThrowIf(_stored is null, this);
        using var lines = StoredLines.Open(_stored, (int)_manifest.StoredBytes, _object.Name.Compression, _manifest.UncompressedBytes);
        var rows = 0;
        while (Next(lines) is { } line)
        {
            rows++;
            yield return line;
        }

        if (rows != _manifest.Rows || lines.BytesRead != _manifest.UncompressedBytes)
        {
            throw new LakeDamageException($"{_object.Name}: {rows} lines, its manifest says {_manifest.Rows}");
        }
    }

    /// <summary>Gives the stored bytes back to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stored, null) is { } stored)
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private byte[]? Next(LakeLineSplitter lines)
    {
        try
        {
            return lines.Next();
        }
        catch (InvalidDataException failure)
        {
            throw new LakeDamageException($"{_object.Name} does not unpack: {failure.Message}", failure);
        }
    }

    private LakeRecord Parse(PartitionLineReader reader, byte[] line)
    {
        try
        {
            return reader.Read(line);
        }
        catch (FormatException failure)
        {
            throw new LakeDamageException($"{_object.Name}: {failure.Message}", failure);
        }
    }
}
