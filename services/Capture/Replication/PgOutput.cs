using System.Buffers.Binary;
using System.Text;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Replication;

/// <summary>
/// Reads pgoutput's messages, protocol version 1, text format
/// (https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html). A message that does not follow it is an error of the
/// stream, never skipped.
/// </summary>
internal ref struct PgOutput(byte[] bytes, int length)
{
    // Microseconds from 1970 to 2000, where PostgreSQL counts from.
    private const long PostgresEpochMicros = 946_684_800_000_000;
    private int _at = 1;

    /// <summary>The message's type.</summary>
    public readonly char Type => length > 0 ? (char)bytes[0] : throw new FormatException("an empty message came from pgoutput");

    public Begin ReadBegin() => new(ReadLsn(), ReadInt64() + PostgresEpochMicros, (uint)ReadInt32());

    public Commit ReadCommit()
    {
        _at++;
        return new Commit(ReadLsn(), ReadLsn());
    }

    public Relation ReadRelation()
    {
        var id = (uint)ReadInt32();
        var schema = ReadText();
        var name = ReadText();
        var identity = (char)ReadByte();
        var columns = new RelationColumn[ReadCount()];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new RelationColumn((ReadByte() & 1) != 0, ReadText(), (uint)ReadInt32(), ReadInt32());
        }

        // pg_catalog is sent as an empty schema.
        return new Relation(id, schema.Length == 0 ? "pg_catalog" : schema, name, identity, columns);
    }

    /// <summary>A number of columns; a negative one is damage.</summary>
    private short ReadCount() => ReadInt16() is >= 0 and var count ? count : throw new FormatException("pgoutput sent a negative number of columns");

    public uint ReadRelationId() => (uint)ReadInt32();

    /// <summary>Which tuple follows: K (key columns), O (old row) or N (new row).</summary>
    public char ReadTupleKind() => (char)ReadByte();

    public void ReadTuple(RowTuple row)
    {
        var count = ReadCount();
        row.Start(bytes, count);
        for (var i = 0; i < count; i++)
        {
            switch ((char)ReadByte())
            {
                case 'n':
                    row.AddNull();
                    break;
                case 'u':
                    row.AddUnchanged();
                    break;
                case 't':
                    var size = ReadInt32();
                    Need(size);
                    row.Add(_at, size);
                    _at += size;
                    break;
                default:
                    throw new FormatException("pgoutput sent a column of unknown format");
            }
        }
    }

    public uint[] ReadTruncated()
    {
        var ids = new uint[ReadInt32()];
        _at++;
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = (uint)ReadInt32();
        }

        return ids;
    }

    private Lsn ReadLsn() => new((ulong)ReadInt64());

    private byte ReadByte()
    {
        Need(1);
        return bytes[_at++];
    }

    private short ReadInt16()
    {
        Need(2);
        var value = BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(_at));
        _at += 2;
        return value;
    }

    private int ReadInt32()
    {
        Need(4);
        var value = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(_at));
        _at += 4;
        return value;
    }

    private long ReadInt64()
    {
        Need(8);
        var value = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(_at));
        _at += 8;
        return value;
    }

    private string ReadText()
    {
        var end = bytes.AsSpan(_at, length - _at).IndexOf((byte)0);
        if (end < 0)
        {
            throw new FormatException("pgoutput sent a name without an end");
        }

        var text = Encoding.UTF8.GetString(bytes, _at, end);
        _at += end + 1;
        return text;
    }

    private readonly void Need(int count)
    {
        if (count < 0 || count > length - _at)
        {
            throw new FormatException("pgoutput sent a message that ends too early");
        }
    }
}
