using System.Buffers.Binary;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Snapshots;

/// <summary>Reads COPY's binary frames (https://www.postgresql.org/docs/current/sql-copy.html): a row at a time, in a buffer of its own.</summary>
internal sealed class BinaryCopyReader(Stream stream)
{
    private static readonly byte[] Signature = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];
    private readonly byte[] _word = new byte[4];
    private bool _started;

    /// <summary>Reads the next row; false at the end. The bytes of the row are new, so it may be held back.</summary>
    public async ValueTask<bool> ReadAsync(RowTuple row, CancellationToken cancellation)
    {
        if (!_started)
        {
            await StartAsync(cancellation);
        }

        await stream.ReadExactlyAsync(_word.AsMemory(0, 2), cancellation);
        var count = BinaryPrimitives.ReadInt16BigEndian(_word);
        if (count < 0)
        {
            return false;
        }

        var bytes = new byte[512];
        var used = 0;
        var lengths = new int[count];
        for (var column = 0; column < count; column++)
        {
            await stream.ReadExactlyAsync(_word, cancellation);
            var length = BinaryPrimitives.ReadInt32BigEndian(_word);
            lengths[column] = length;
            if (length <= 0)
            {
                continue;
            }

            if (bytes.Length - used < length)
            {
                Array.Resize(ref bytes, Math.Max(bytes.Length * 2, used + length));
            }

            await stream.ReadExactlyAsync(bytes.AsMemory(used, length), cancellation);
            used += length;
        }

        Fill(row, bytes, lengths);
        return true;
    }

    private static void Fill(RowTuple row, byte[] bytes, int[] lengths)
    {
        row.Start(bytes, lengths.Length);
        var at = 0;
        foreach (var length in lengths)
        {
            if (length < 0)
            {
                row.AddNull();
                continue;
            }

            row.Add(at, length);
            at += length;
        }
    }

    private async ValueTask StartAsync(CancellationToken cancellation)
    {
        var header = new byte[19];
        await stream.ReadExactlyAsync(header, cancellation);
        if (!header.AsSpan(0, Signature.Length).SequenceEqual(Signature))
        {
            throw new FormatException("COPY did not answer in binary format");
        }

        var extension = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(15));
        await stream.ReadExactlyAsync(new byte[extension], cancellation);
        _started = true;
    }
}
