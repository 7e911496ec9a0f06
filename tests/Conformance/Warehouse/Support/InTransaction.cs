using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>What a source with transaction metadata adds: the transaction of each message, and the END of each transaction.</summary>
internal static class InTransaction
{
    /// <summary>A message as the record of its table with that place in a transaction.</summary>
    public static (string Key, string? Value) Of(uint transaction, long order, (string Key, string? Value) message) => (message.Key, message.Value!.Replace(
        "\"transaction\":null",
        string.Create(CultureInfo.InvariantCulture, $$"""
            "transaction":{"id":"{{transaction}}:1","total_order":{{order}},"data_collection_order":{{order}}}
            """),
        StringComparison.Ordinal));

    /// <summary>Adds an object with one END.</summary>
    public static Task<LakeObject> EndAsync(LakeFill fill, uint transaction, ulong at, params (string Table, int Count)[] counts)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{transaction}:{at}");
        var collections = string.Join(',', counts.Select(count => string.Create(
            CultureInfo.InvariantCulture, $$"""{"data_collection":"public.{{count.Table}}","event_count":{{count.Count}}}""")));
        return fill.ObjectAsync(TopicNames.Transactions, 0, (
            Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}"""),
            Encoding.UTF8.GetBytes($$"""{"status":"END","id":"{{id}}","event_count":{{counts.Sum(count => count.Count)}},"data_collections":[{{collections}}],"ts_ms":1}"""),
            null));
    }
}
