using System.Text.Json;

namespace HospitalStreaming.Core.Changes;

/// <summary>Reads Debezium's source block, and the few fields of it that an unwrapped row carries.</summary>
internal static class SourceReader
{
    public static ChangeRejection? Read(JsonElement element, out ChangeSource source)
    {
        source = new ChangeSource();
        if (Unsigned(element, "lsn", ulong.MaxValue, out var lsn) is { } badLsn)
        {
            return badLsn;
        }

        if (Unsigned(element, "txId", uint.MaxValue, out var txId) is { } badTransaction)
        {
            return badTransaction;
        }

        if (Marker(element, out var marker) is { } badMarker)
        {
            return badMarker;
        }

        source = new ChangeSource
        {
            Table = Text(element, "table"),
            Sequence = Text(element, "sequence"),
            Lsn = lsn is { } place ? new Lsn(place) : null,
            TransactionId = (uint?)txId,
            Snapshot = marker,
            CommittedAt = ChangeEnvelopeReader.Time(element, "ts_us", "ts_ms"),
        };
        return null;
    }

    public static ChangeRejection? ReadUnwrapped(JsonElement row, ChangeOperation operation, out ChangeSource source)
    {
        source = new ChangeSource();
        if (Unsigned(row, "__source_lsn", ulong.MaxValue, out var lsn) is { } badLsn)
        {
            return badLsn;
        }

        if (Unsigned(row, "__source_txId", uint.MaxValue, out var txId) is { } badTransaction)
        {
            return badTransaction;
        }

        source = new ChangeSource
        {
            Table = Text(row, "__source_table"),
            Lsn = lsn is { } place ? new Lsn(place) : null,
            TransactionId = (uint?)txId,
            Snapshot = operation == ChangeOperation.Read ? SnapshotMarker.Within : SnapshotMarker.None,
            CommittedAt = ChangeEnvelopeReader.Time(row, "__source_ts_us", "__source_ts_ms"),
        };
        return null;
    }

    private static ChangeRejection? Marker(JsonElement element, out SnapshotMarker marker)
    {
        marker = SnapshotMarker.None;
        if (!element.TryGetProperty("snapshot", out var value))
        {
            return null;
        }

        var known = value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => (SnapshotMarker?)SnapshotMarker.None,
            JsonValueKind.True => SnapshotMarker.Within,
            JsonValueKind.String => value.GetString() switch
            {
                "false" => SnapshotMarker.None,
                "true" => SnapshotMarker.Within,
                "first" => SnapshotMarker.First,
                "first_in_data_collection" => SnapshotMarker.FirstInTable,
                "last_in_data_collection" => SnapshotMarker.LastInTable,
                "last" => SnapshotMarker.Last,
                "incremental" => SnapshotMarker.Incremental,
                _ => null,
            },
            _ => null,
        };
        if (known is not { } found)
        {
            return new ChangeRejection(RejectionCodes.WrongType, "source.snapshot is none of Debezium's markers");
        }

        marker = found;
        return null;
    }

    private static ChangeRejection? Unsigned(JsonElement element, string name, ulong largest, out ulong? number)
    {
        number = null;
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetUInt64(out var read) || read > largest)
        {
            return new ChangeRejection(RejectionCodes.WrongType, $"{name} is no position");
        }

        number = read;
        return null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
