using System.Collections.Concurrent;

namespace HospitalStreaming.Broker.Protocol;

/// <summary>Fixed-size blocks that responses are written into. It keeps a bounded number of free ones, so that a burst is not kept for ever.</summary>
internal static class WireBlocks
{
    internal const int BlockBytes = 64 * 1024;
    private const int MaxFree = 192;
    private static readonly ConcurrentQueue<byte[]> Free = new();
    private static int _freeCount;

    public static byte[] Rent()
    {
        if (Free.TryDequeue(out var block))
        {
            Interlocked.Decrement(ref _freeCount);
            return block;
        }
        return GC.AllocateUninitializedArray<byte>(BlockBytes);
    }

    public static void Return(byte[] block)
    {
        if (Interlocked.Increment(ref _freeCount) > MaxFree)
        {
            Interlocked.Decrement(ref _freeCount);
            return;
        }
        Free.Enqueue(block);
    }
}
