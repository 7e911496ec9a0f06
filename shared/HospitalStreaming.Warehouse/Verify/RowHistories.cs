using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Every version of a row, out of raw and the decisions about its records.</summary>
public sealed class RowHistories(IWarehouseReader warehouse, ILake lake)
{
    /// <summary>The versions of a key, oldest first; empty where raw has none.</summary>
    public Task<IReadOnlyList<RowVersion>> OfAsync(TableDescription table, RowKey key, CancellationToken cancellation) => warehouse.InSnapshotAsync(
        async (view, token) =>
        {
            var decisions = await new DecisionDocuments(lake).ReadAsync(token);
            var histories = new Dictionary<RowKey, List<RawChange>>();
            IReadOnlyCollection<RowKey> wanted = [key];
            while (wanted.Count > 0)
            {
                foreach (var one in wanted)
                {
                    histories[one] = [];
                }

                await foreach (var change in view.RawAsync(table, wanted, decisions, token))
                {
                    histories[change.Key].Add(change);
                }

                wanted = [.. histories.Values.SelectMany(history => history).Select(change => change.Change?.MovedFrom).OfType<RowKey>()
                    .Where(from => !histories.ContainsKey(from)).Distinct()];
            }

            return RowVersion.Of(key, one => histories[one], new TableKey(table));
        },
        cancellation);
}
