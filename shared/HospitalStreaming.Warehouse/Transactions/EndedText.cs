using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Transactions;

namespace HospitalStreaming.Warehouse.Transactions;

/// <summary>
/// Transactions that were let go as one text, a few characters each: of every number how far it is from the one before, seven bits a byte, in Base64.
/// A load may let go tens of thousands, and a statement's text has a limit.
/// </summary>
internal static class EndedText
{
    internal static string Of(IEnumerable<EndedTransaction> ended)
    {
        var bytes = new List<byte>();
        long id = 0, at = 0, epoch = 0;
        foreach (var one in ended)
        {
            Write(bytes, one.Id - id);
            Write(bytes, unchecked((long)one.At.Value - at));
            Write(bytes, one.SourceEpoch - epoch);
            (id, at, epoch) = (one.Id, (long)one.At.Value, one.SourceEpoch);
        }

        return Convert.ToBase64String([.. bytes]);
    }

    /// <exception cref="FormatException">It was altered.</exception>
    internal static IReadOnlyList<EndedTransaction> Read(string text)
    {
        var bytes = Convert.FromBase64String(text);
        var ended = new List<EndedTransaction>();
        long id = 0, at = 0, epoch = 0;
        for (var i = 0; i < bytes.Length;)
        {
            id += Next(bytes, ref i);
            at = unchecked(at + Next(bytes, ref i));
            epoch += Next(bytes, ref i);
            ended.Add(new EndedTransaction(checked((uint)id), new Lsn((ulong)at), checked((int)epoch)));
        }

        return ended;
    }

    // The sign in the lowest bit, so that small differences either way are short.
    private static void Write(List<byte> bytes, long difference)
    {
        var left = (ulong)((difference << 1) ^ (difference >> 63));
        for (; left >= 0x80; left >>= 7)
        {
            bytes.Add((byte)(left | 0x80));
        }

        bytes.Add((byte)left);
    }

    private static long Next(byte[] bytes, ref int at)
    {
        ulong number = 0;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(number >> 1) ^ -(long)(number & 1);
            }
        }

        throw new FormatException("the transactions that were let go are not readable");
    }
}
