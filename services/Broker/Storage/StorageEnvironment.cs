using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Storage;

/// <summary>What every part of storage shares.</summary>
internal sealed record StorageEnvironment(IFileSystem Files, TimeProvider Time, ILogger Logger, FlushPolicy Flush)
{
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The failures of a disk: everything else is a bug and must surface.</summary>
    public static bool IsStorageFailure(Exception error) => error is IOException or UnauthorizedAccessException or ObjectDisposedException;
}
