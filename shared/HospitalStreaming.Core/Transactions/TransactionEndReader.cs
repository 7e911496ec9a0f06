using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Transactions;

/// <summary>
/// Reads what names a transaction in Debezium's JSON: END records of the transaction topic, with or without schema, and the transaction block of
/// a change. An id is "transaction id:LSN"; the LSN is that of the record it stands in, so only the first part says which transaction it is.
/// </summary>
public static class TransactionEndReader
{
    /// <summary>Reads one record of the transaction topic; null for BEGIN, and for what is no END that can be read.</summary>
    public static TransactionEnd? Read(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            return Read(root.ValueKind == JsonValueKind.Object && root.TryGetProperty("payload", out var payload) ? payload : root);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The transaction block of a change; null where there is none, or none that can be read.</summary>
    internal static TransactionMark? Mark(JsonElement change) =>
        change.TryGetProperty("transaction", out var block) && block.ValueKind == JsonValueKind.Object
        && Id(block) is { } id && Number(block, "data_collection_order") is { } order and > 0
            ? new TransactionMark(id.Transaction, order)
            : null;

    private static TransactionEnd? Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("status", out var status) || !status.ValueEquals("END") || Id(value) is not { } id)
        {
            return null;
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        if (value.TryGetProperty("data_collections", out var collections) && collections.ValueKind == JsonValueKind.Array)
        {
            foreach (var collection in collections.EnumerateArray())
            {
                if (collection.ValueKind != JsonValueKind.Object || !collection.TryGetProperty("data_collection", out var name) || name.ValueKind != JsonValueKind.String
                    || Number(collection, "event_count") is not { } count)
                {
                    return null;
                }

                counts[name.GetString()!] = count;
            }
        }

        return new TransactionEnd(id.Transaction, id.At, counts);
    }

    private static (uint Transaction, Lsn At)? Id(JsonElement element)
    {
        if (!element.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = id.GetString()!;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && uint.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var transaction)
            && ulong.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? (transaction, new Lsn(at))
            : null;
    }

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
