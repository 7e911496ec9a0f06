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
    private ChangeFactsReader? _facts;
    private readonly ObjectPacker _packer;
    private (ReadOnlyMemory<byte> Stored, LakeManifest Manifest)? _finished;
    private long? _firstTimestampMs;
    private Lsn? _lowest;
    private Lsn? _highest;

    /// <summary>Begins an object.</summary>
    /// <param name="stream">Its chain.</param>
    /// <param name="start">Where it starts: the `next` of the object before it, even where the first record comes later.</param>
    /// <param name="compression">How it is stored.</param>
    public LakeObjectDraft(LakeStream stream, long start, LakeCompression compression)
        : this(stream, start, LakeShape.Of(compression))
    {
    }

    /// <summary>Begins an object.</summary>
    /// <param name="stream">Its chain.</param>
    /// <param name="start">Where it starts: the `next` of the object before it, even where the first record comes later.</param>
    /// <param name="shape">How it is stored.</param>
    /// <param name="expectedBytes">What it will store, as far as one can tell: memory for that is taken at once.</param>
    public LakeObjectDraft(LakeStream stream, long start, LakeShape shape, long expectedBytes = 0)
    {
        (Stream, Start, Next, Shape) = (stream, start, start, shape);
        _packer = new ObjectPacker(shape.Compression, expectedBytes);
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
    public LakeShape Shape { get; }

    /// <summary>Its name; it needs a first record, whose time may be part of it.</summary>
    public LakeObjectName Name => Shape.Layout.NameOf(Stream, _firstTimestampMs ?? throw new InvalidOperationException("an empty object has no name"), Start, Shape.Compression);

    /// <summary>Whether a record shows a table with other columns than this object has it so far.</summary>
    public bool ChangesSchema(ChangeFacts facts) => _schema.Differs(facts);

    /// <summary>Adds a record with its line, which <see cref="LakeLineWriter"/> made.</summary>
    /// <exception cref="InvalidOperationException">The record is not after the ones before it.</exception>
    public void Add(in LakeRecord record, ChangeFacts facts, ReadOnlySpan<byte> line)
    {
        if (record.Position.Offset < Next || _finished is not null)
        {
            throw new InvalidOperationException($"{record.Position} cannot join an object that {(_finished is null ? $"is at {Next}" : "is finished")}");
        }

        _firstTimestampMs ??= record.TimestampMs;
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
    public void Add(in LakeRecord record)
    {
        var facts = record.Value is { } value ? (_facts ??= new ChangeFactsReader()).Read(value.Span) : default;
        var line = new ArrayBufferWriter<byte>(512);
        LakeLineWriter.Write(line, record, facts, Shape.Lines);
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
