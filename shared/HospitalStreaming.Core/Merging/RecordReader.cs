using System.Runtime.InteropServices;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Core.Merging;

/// <summary>Reads records of one table's change topic into row changes. Never throws for a bad record: it comes back as poison, with its key where that can be read.</summary>
/// <param name="table">The table.</param>
/// <param name="values">How the connector writes decimals and times.</param>
public sealed class RecordReader(TableDescription table, ColumnValueReader values)
{
    private readonly ColumnDescription _key = table.Required(table.KeyColumn);

    /// <summary>Reads one record.</summary>
    /// <param name="key">Key bytes.</param>
    /// <param name="value">Value bytes; null is a tombstone.</param>
    /// <param name="sourceEpoch">Source epoch of its place.</param>
    /// <param name="partition">Partition.</param>
    /// <param name="offset">Offset.</param>
    public ReadRecord Read(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, int sourceEpoch, int partition, long offset)
    {
        var envelope = ChangeEnvelopeReader.Read(key, value);
        return envelope.Kind switch
        {
            ChangeKind.Rejected => Unreadable(key, envelope.Rejection!),
            ChangeKind.Change => ReadChange(envelope, key, value!.Value, sourceEpoch, partition, offset),
            _ => new ReadRecord { Key = Slice(key, envelope.Key) },
        };
    }

    private ReadRecord ReadChange(
        ChangeEnvelope envelope, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte> value, int sourceEpoch, int partition, long offset)
    {
        var source = envelope.Source;
        var snapshot = envelope.FromSnapshot;
        var record = new ReadRecord
        {
            Op = OpOf(envelope.Operation),
            Lsn = source.Lsn,
            TransactionId = source.TransactionId,
            Snapshot = snapshot,
            CommittedAt = source.CommittedAt,
            Key = Slice(key, envelope.Key),
            Before = Slice(value, envelope.Before),
            After = Slice(value, envelope.After),
        };
        if (envelope.Operation is ChangeOperation.Truncate or ChangeOperation.Message)
        {
            return record with { Poison = new ChangeRejection("unsupported_op", "a truncate or a message cannot be applied to a keyed table") };
        }

        if (envelope.Key is not { } keyElement)
        {
            return record with { Poison = new ChangeRejection("null_key", "the table has a primary key and the record has none") };
        }

        if (KeyOf(keyElement) is not { } id)
        {
            return record with { Poison = new ChangeRejection(RejectionCodes.WrongType, $"the key has no whole number {table.KeyColumn}") };
        }

        if (!snapshot && source.Lsn is null)
        {
            return record with { Poison = new ChangeRejection(RejectionCodes.MissingField, "a streamed change has no source.lsn"), HeldKey = id };
        }

        var act = envelope.Operation switch
        {
            ChangeOperation.Read => ChangeAct.Snapshot,
            ChangeOperation.Create => ChangeAct.Insert,
            ChangeOperation.Delete => ChangeAct.Delete,
            _ => ChangeAct.Update,
        };
        object?[]? row = null;
        if (act != ChangeAct.Delete && ReadRow(envelope.After!.Value, id, out row) is { } misfit)
        {
            return record with { Poison = misfit, HeldKey = id };
        }

        return record with
        {
            Change = new RowChange(id, act, snapshot ? null : source.Lsn, sourceEpoch, partition, offset, source.CommittedAt, row),
        };
    }

    private ChangeRejection? ReadRow(JsonElement after, long key, out object?[] row)
    {
        row = new object?[table.Columns.Length];
        for (var i = 0; i < row.Length; i++)
        {
            var column = table.Columns[i];
            var read = values.Read(after, column);
            switch (read.State)
            {
                case ColumnState.Rejected:
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

            if (ReferenceEquals(column, _key) && (row[i] is not (int or long) || Convert.ToInt64(row[i], null) != key))
            {
                return new ChangeRejection(RejectionCodes.WrongType, $"column {column.Name} is not what the record's key says");
            }
        }

        return null;
    }

    private ReadRecord Unreadable(ReadOnlyMemory<byte>? key, ChangeRejection why)
    {
        if (key is null)
        {
            return new ReadRecord { Poison = why };
        }

        var alone = ChangeEnvelopeReader.Read(key, null);
        return new ReadRecord
        {
            Poison = why,
            Key = Slice(key, alone.Key),
            HeldKey = alone.Key is { } element ? KeyOf(element) : null,
        };
    }

    private long? KeyOf(JsonElement key) => values.Read(key, _key) is { State: ColumnState.Value, Value: { } id } ? Convert.ToInt64(id, null) : null;

    // The bytes of an element within the message it was parsed from: exact, and nothing is copied.
    private static ReadOnlyMemory<byte>? Slice(ReadOnlyMemory<byte>? message, JsonElement? element)
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
