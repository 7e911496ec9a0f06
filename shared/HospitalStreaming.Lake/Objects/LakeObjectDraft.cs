using System.Buffers;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Objects;

/// <summary>
/// An object being made: records go in, stored bytes and manifest come out. Both are functions of stream, start and records alone: no clock, no
/// host, and the packer is fed in fixed blocks. Only packed bytes and one block are held in memory.
/// </summary>
public sealed class LakeObjectDraft : IDisposable
{
    private readonly SchemaWatch _schema = new();
    private readonly ObjectPacker _packer;
    private (ReadOnlyMemory<byte> Stored, LakeManifest Manifest)? _finished;
    private Lsn? _lowest;
    private Lsn? _highest;

    /// <summary>Begins an object.</summary>
    /// <param name="stream">Its chain.</param>
    /// <param name="start">Where it starts: the `next` of the object before it, even where the first record comes later.</param>
    /// <param name="compression">How it is stored.</param>
    public LakeObjectDraft(LakeStream stream, long start, LakeCompression compression)
    {
        (Stream, Start, Next, Compression) = (stream, start, start, compression);
        _packer = new ObjectPacker(compression);
    }

    /// <summary>Its chain.</summary>
    public LakeStream Stream { get; }

    /// <summary>Where it starts.</summary>
    public long Start { get; }

    /// <summary>Where the next object starts if this one ends here.</summary>
    public long Next { get; private set; }

    /// <summary>Lines so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Length of the lines so far, bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>How it is stored.</summary>
    public LakeCompression Compression { get; }

    /// <summary>UTC day of the first record, which files the object; null while empty.</summary>
    public DateOnly? Day { get; private set; }

    /// <summary>Its name; it needs a first record.</summary>
    public LakeObjectName Name => new(Stream, Day ?? throw new InvalidOperationException("an empty object has no name"), Start, Compression);

    /// <summary>Whether a record shows a table with other columns than this object has it so far.</summary>
    public bool ChangesSchema(ChangeFacts facts) => _schema.Differs(facts);

    /// <summary>Adds a record with its line, which <see cref="LakeLineWriter"/> made.</summary>
    /// <exception cref="InvalidOperationException">The record is not after the ones before it.</exception>
    public void Add(LakeRecord record, ChangeFacts facts, ReadOnlySpan<byte> line)
    {
        if (record.Position.Offset < Next || _finished is not null)
        {
            throw new InvalidOperationException($"{record.Position} cannot join an object that {(_finished is null ? $"is at {Next}" : "is finished")}");
        }

        Day ??= LakeObjectName.DayOf(record.TimestampMs);
        _packer.Write(line);
        _schema.Note(facts);
        if (facts.Lsn is { } lsn)
        {
            _lowest = _lowest is { } low && low <= lsn ? low : lsn;
            _highest = _highest is { } high && high >= lsn ? high : lsn;
        }

        Next = record.Position.Offset + 1;
        Rows++;
        Bytes += line.Length;
    }

    /// <summary>Adds a record; for callers that have not made its line.</summary>
    public void Add(LakeRecord record)
    {
        var facts = record.Value is { } value ? ChangeFactsReader.Read(value.Span) : default;
        var line = new ArrayBufferWriter<byte>(512);
        LakeLineWriter.Write(line, record, facts);
        Add(record, facts, line.WrittenSpan);
    }

    /// <summary>The stored bytes and what they say of themselves. Nothing can be added after it; asked again it says the same.</summary>
    public (ReadOnlyMemory<byte> Stored, LakeManifest Manifest) Finish() => _finished ??= Pack();

    /// <inheritdoc/>
    public void Dispose() => _packer.Dispose();

    private (ReadOnlyMemory<byte> Stored, LakeManifest Manifest) Pack()
    {
        var stored = _packer.Finish();
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stored.Span));
        return (stored, new LakeManifest(Next, Rows, sha256, stored.Length, Bytes, _schema.Fingerprint, _lowest, _highest));
    }
}
