namespace HospitalStreaming.Broker.Storage;

/// <summary>One open file. Reads may run beside a write; writes come one at a time. Failures are <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
internal interface IFile : IDisposable
{
    long Length { get; }

    /// <summary>Bytes read; fewer than asked only at the end of the file.</summary>
    int Read(Span<byte> into, long position);

    void Write(ReadOnlySpan<byte> bytes, long position);

    void SetLength(long length);

    /// <summary>Returns when what was written would survive a power cut.</summary>
    void Sync();
}
