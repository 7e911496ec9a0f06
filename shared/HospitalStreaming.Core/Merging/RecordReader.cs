using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// Reads records of one table's change topic into row changes. Never throws for a bad record: it comes back as poison, with its key where that can be
/// read. Serves one thread at a time, as it remembers the shapes of messages.
/// </summary>
public sealed class RecordReader
{
    /// <summary>Largest value that is read, bytes; the topics take 8 MiB. A larger one is kept, but not taken apart.</summary>
    public const int MaxValueBytes = 16 * 1024 * 1024;

    private readonly ColumnValueReader _values;
    private readonly TableKey? _key;
    private readonly RecordShapes _shapes;

    /// <summary>A reader of one table.</summary>
    /// <param name="table">The table. Of one without a key, records are read for raw only.</param>
    public RecordReader(TableDescription table)
    {
        (Table, _values) = (table, new(table.Modes));
        _key = table.HasKey ? new(table) : null;
        _shapes = new(table, _key, _values);
    }

    /// <summary>The table.</summary>
    public TableDescription Table { get; }

    /// <summary>The key in a key's JSON; null where it cannot be read, or the table has none.</summary>
    public RowKey? KeyOf(string key) => KeyOf(Encoding.UTF8.GetBytes(key));

    /// <summary>Reads one record.</summary>
    /// <param name="line">The record as the lake has it.</param>
    /// <param name="sourceEpoch">Source epoch of its place.</param>
    public ReadRecord Read(LakeRecord line, int sourceEpoch)
    {
        if (line.Value is { Length: > MaxValueBytes })
        {
            return Unreadable(line.Key, null, new ChangeRejection(RejectionCodes.TooLarge, $"the value is larger than {MaxValueBytes} bytes"));
        }

        if (_shapes.TryRead(line, out var plain, out var id, out var row))
        {
            return _key is null ? plain : Applicable(plain, id, row, line, sourceEpoch);
        }

        using var envelope = ChangeEnvelopeReader.Read(line.Key, line.Value);
        var record = envelope.Kind switch
        {
            ChangeKind.Rejected => Unreadable(line.Key, line.Value, envelope.Rejection!),
            ChangeKind.Change => ReadChange(envelope, line, sourceEpoch),
            _ => new ReadRecord { Key = Slice(line.Key, envelope.Key) },
        };
        _shapes.Learn(line, record);
        return record;
    }

    /// <summary>Names that the row of a record has and the table's description does not; those with two underscores in front are no columns. Null where it has no row that can be read.</summary>
    public IReadOnlyList<string>? Undescribed(LakeRecord line)
    {
        if (Read(line, SourceEpochs.First).Change?.Values is null)
        {
            return null;
        }

        using var envelope = ChangeEnvelopeReader.Read(line.Key, line.Value);
        return [.. envelope.After!.Value.EnumerateObject().Select(field => field.Name)
            .Where(name => !name.StartsWith("__", StringComparison.Ordinal) && Table.Column(name) is null)];
    }

    /// <summary>The change that raw's columns describe; raw keeps it exactly, so this gives what <see cref="Read(LakeRecord, int)"/> gave.</summary>
    /// <param name="op">op.</param>
    /// <param name="lsn">Source LSN.</param>
    /// <param name="key">Key JSON.</param>
    /// <param name="after">Row JSON after it; null for a delete.</param>
    /// <param name="oldKey">Key JSON the row had before; mostly null.</param>
    /// <param name="place">Where it stands: only its positions and times are used.</param>
    /// <exception cref="FormatException">They describe no change that could have been applied.</exception>
    public RowChange FromRaw(string op, Lsn? lsn, string key, string? after, string? oldKey, RowChange place)
    {
        var act = ActOf(op);
        var id = KeyOf(key) ?? throw new FormatException($"a raw row of {Table.Name} has no readable key");
        object?[]? row = null;
        if (act != ChangeAct.Delete)
        {
            row = RowOf(after ?? throw new FormatException($"a raw row of {Table.Name} has no row in it"), id);
        }

        return place with
        {
            Key = id,
            Act = act,
            Lsn = act == ChangeAct.Snapshot ? null : lsn,
            Values = row,
            MovedFrom = oldKey is null ? null : KeyOf(oldKey),
            ReadAt = lsn,
        };
    }

    private object?[] RowOf(string after, RowKey id)
    {
        try
        {
            using var json = JsonDocument.Parse(after);
            return ReadRow(json.RootElement, id, out var row, out _) is { } misfit
                ? throw new FormatException($"a raw row of {Table.Name} is not readable: {misfit.Detail}")
                : row;
        }
        catch (JsonException)
        {
            throw new FormatException($"a raw row of {Table.Name} is no JSON");
        }
    }

    private ReadRecord ReadChange(ChangeEnvelope envelope, LakeRecord line, int sourceEpoch)
    {
        var (key, value) = (line.Key, line.Value!.Value);
        var source = envelope.Source;
        var snapshot = envelope.FromSnapshot;
        var record = new ReadRecord
        {
            Op = OpOf(envelope.Operation),
            Lsn = source.Lsn,
            TransactionId = source.TransactionId,
            Transaction = envelope.Transaction is { } mark && mark.Id == source.TransactionId ? mark : null,
            Snapshot = snapshot,
            CommittedAt = source.CommittedAt,
            Key = Slice(key, envelope.Key),
            Before = Slice(value, envelope.Before),
            After = Slice(value, envelope.After),
        };
        if (_key is null)
        {
            return record;
        }

        if (envelope.Operation == ChangeOperation.Truncate)
        {
            return source.Lsn is { } truncated
                ? record with { Truncation = new Truncation(sourceEpoch, truncated) }
                : record with { Poison = new ChangeRejection(RejectionCodes.MissingField, "a truncate has no source.lsn") };
        }

        if (envelope.Operation == ChangeOperation.Message)
        {
            return record with { Poison = new ChangeRejection(RejectionCodes.UnsupportedOperation, "a message is no change of a table's rows") };
        }

        if (envelope.Key is not { } keyElement)
        {
            return record with { Poison = new ChangeRejection(RejectionCodes.NullKey, "the table has a primary key and the record has none"), HeldKey = KeyInRow(envelope) };
        }

        if (_key.Read(keyElement, out var unread, out var why) is not { } id)
        {
            return record with { Poison = why, RefusedColumn = unread, HeldKey = KeyInRow(envelope) };
        }

        if (!snapshot && source.Lsn is null)
        {
            return record with { Poison = new ChangeRejection(RejectionCodes.MissingField, "a streamed change has no source.lsn"), HeldKey = id };
        }

        var act = ActOf(record.Op!);
        object?[]? row = null;
        if (act != ChangeAct.Delete && ReadRow(envelope.After!.Value, id, out row, out var refused) is { } misfit)
        {
            return record with { Poison = misfit, RefusedColumn = refused, HeldKey = id };
        }

        return Applicable(record, id, row, line, sourceEpoch);
    }

    private ReadRecord Applicable(in ReadRecord record, RowKey id, object?[]? row, LakeRecord line, int sourceEpoch)
    {
        var act = ActOf(record.Op!);
        var oldKey = act == ChangeAct.Insert ? OldKeyOf(line) : null;
        return record with
        {
            OldKey = oldKey,
            Change = new RowChange(
                id, act, record.Snapshot ? null : record.Lsn, sourceEpoch, line.Position.Partition, line.Position.Offset, record.CommittedAt, row)
            {
                MovedFrom = oldKey is { } moved ? KeyOf(moved) : null,
                ReadAt = record.Lsn,
            },
        };
    }

    private ChangeRejection? ReadRow(JsonElement after, RowKey key, out object?[] row, out string? refused)
    {
        row = new object?[Table.Columns.Length];
        refused = null;
        for (var i = 0; i < row.Length; i++)
        {
            var column = Table.Columns[i];
            var read = _values.Read(after, column);
            switch (read.State)
            {
                case ColumnState.Rejected:
                    refused = column.Name;
                    return read.Rejection;
                case ColumnState.Unchanged:
                    row[i] = KeptValue.Instance;
                    break;
                case ColumnState.Value when read.Value is string text && text.Contains('\0', StringComparison.Ordinal):
                    return new ChangeRejection(RejectionCodes.WrongType, $"column {column.Name} holds a NUL character, which no PostgreSQL text can");
                case ColumnState.Value:
                    row[i] = read.Value;
                    break;
                default:
                    row[i] = null;
                    break;
            }
        }

        return _key!.Fits(key, row, out var misfit) ? null : new ChangeRejection(RejectionCodes.WrongType, $"column {misfit} is not what the record's key says");
    }

    private ReadRecord Unreadable(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, ChangeRejection why)
    {
        var alone = ChangeEnvelopeReader.Read(key, null);
        return new ReadRecord
        {
            Poison = why,
            Key = Slice(key, alone.Key),

            // Where only the key is bad, the row still says whose it is.
            HeldKey = (alone.Key is { } element ? KeyOf(element) : null) ?? (value is null ? null : KeyInRow(ChangeEnvelopeReader.Read(null, value))),
        };
    }

    private RowKey? KeyInRow(ChangeEnvelope envelope) => (envelope.After ?? envelope.Before) is { } row ? KeyOf(row) : null;

    // Debezium marks both halves of an update that changed the primary key: the new row carries the old key, the old one's delete the new key.
    private static byte[]? OldKeyOf(LakeRecord line) =>
        line.Headers.Count == 0 ? null : line.Headers.FirstOrDefault(header => header.Key == ChangeFields.OldKeyHeader).Value;

    private RowKey? KeyOf(ReadOnlyMemory<byte> key) => ChangeEnvelopeReader.Read(key, null).Key is { } element ? KeyOf(element) : null;

    private static ChangeAct ActOf(string op) => op switch
    {
        "r" => ChangeAct.Snapshot,
        "c" => ChangeAct.Insert,
        "u" => ChangeAct.Update,
        "d" => ChangeAct.Delete,
        _ => throw new FormatException("op is none of r, c, u, d"),
    };

    private RowKey? KeyOf(JsonElement key) => _key?.Read(key);

    // The bytes of an element within the message it was parsed from: exact, and nothing is copied.
    internal static ReadOnlyMemory<byte>? Slice(ReadOnlyMemory<byte>? message, JsonElement? element)
    {
        if (message is not { } bytes || element is not { } json)
        {
            return null;
        }

        var raw = JsonMarshal.GetRawUtf8Value(json);
        return bytes.Span.Overlaps(raw, out var start) ? bytes.Slice(start, raw.Length) : raw.ToArray();
    }

    private static string? OpOf(ChangeOperation operation) => operation switch
    {
        ChangeOperation.Create => "c",
        ChangeOperation.Update => "u",
        ChangeOperation.Delete => "d",
        ChangeOperation.Read => "r",
        ChangeOperation.Truncate => "t",
        ChangeOperation.Message => "m",
        _ => null,
    };
}
