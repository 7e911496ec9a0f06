using System.Buffers.Text;

namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>
/// Reads lines of one partition. The usual ones, of the head that all of them have, without headers and with key and value as they came, are taken apart
/// where they stand; <see cref="LakeLineReader"/> reads the others. Serves one thread at a time, as it remembers the shapes of values.
/// </summary>
public sealed class PartitionLineReader(string topic, int partition)
{
    private readonly byte[] _head = LakeLineWriter.Head(new LogPosition(topic, partition, 0)).ToArray();
    private readonly ChangeFactsReader _facts = new();

    /// <summary>The record of a line (without its line feed). Key and value are parts of the line's memory where they were embedded.</summary>
    /// <exception cref="FormatException">Not a line of ours; the message names the place in the line, never its content.</exception>
    public LakeRecord Read(ReadOnlyMemory<byte> line) => Plain(line) ?? LakeLineReader.Read(line);

    private LakeRecord? Plain(ReadOnlyMemory<byte> memory)
    {
        var line = memory.Span;
        var at = 0;
        if (!Passes(line, _head, ref at) || !Number(line, ref at, out var offset)
            || !Passes(line, ",\"timestamp\":"u8, ref at) || !Number(line, ref at, out var timestamp)
            || !Passes(line, ",\"headers\":null,\"key\":"u8, ref at))
        {
            return null;
        }

        var key = at;
        if (!Object(line, ref at))
        {
            return null;
        }

        var value = at;
        if (!Passes(line, ",\"value\":"u8, ref value) || line[^1] != '}' || !_facts.Read(line[value..^1]).Embeddable)
        {
            return null;
        }

        return new LakeRecord(new LogPosition(topic, partition, offset), timestamp, memory[key..at], memory[value..^1], []);
    }

    private static bool Passes(ReadOnlySpan<byte> line, ReadOnlySpan<byte> expected, ref int at)
    {
        if (!line[at..].StartsWith(expected))
        {
            return false;
        }

        at += expected.Length;
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> line, ref int at, out long number)
    {
        number = 0;
        var end = new JsonWalk(line).Scalar(at);
        if (end < 0 || !Utf8Parser.TryParse(line[at..end], out number, out var read) || read != end - at)
        {
            return false;
        }

        at = end;
        return true;
    }

    private static bool Object(ReadOnlySpan<byte> line, ref int at)
    {
        var walk = new JsonWalk(line[at..]);
        if (!walk.Next() || walk.Piece != JsonPiece.Open)
        {
            return false;
        }

        while (walk.Depth > 0)
        {
            if (!walk.Next())
            {
                return false;
            }
        }

        at += walk.At;
        return true;
    }
}
