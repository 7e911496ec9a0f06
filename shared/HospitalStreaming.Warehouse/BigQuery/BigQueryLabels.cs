using HospitalStreaming.Core.Naming;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Labels of every job, so that the bill and the audit log say which warehouse and table a job was for. Label values are in lower case.</summary>
internal static class BigQueryLabels
{
    private const int MaxLength = 63;

    internal static JObject Of(WarehouseNames names, string? table = null)
    {
        var labels = new JObject { ["product"] = "hospital-streaming", ["warehouse"] = Value(names.Prefix) };
        if (table is not null)
        {
            labels["table"] = Value(table);
        }

        return labels;
    }

    private static string Value(string name) => name.ToLowerInvariant() is var lower && lower.Length > MaxLength ? lower[..MaxLength] : lower;
}
