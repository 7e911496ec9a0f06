using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.WarehouseSink.Rebuild;

/// <summary>What of a lake is yet to be loaded, as its objects' manifests say.</summary>
/// <param name="Rows">Records.</param>
/// <param name="Bytes">Bytes of their lines, uncompressed.</param>
internal readonly record struct LakeAhead(long Rows, long Bytes)
{
    internal static async Task<LakeAhead> OfAsync(
        ILake lake, IReadOnlyList<string> topics, IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        var (rows, bytes) = (0L, 0L);
        foreach (var topic in topics)
        {
            var days = await lake.DaysAsync(topic, cancellation);
            foreach (var life in await StreamEpochs.ReadAsync(lake, topic, cancellation))
            {
                for (var partition = 0; partition < life.Partitions; partition++)
                {
                    var stream = new LakeStream(topic, life.Epoch, partition);
                    var next = positions.FirstOrDefault(position => position.Stream == stream)?.Next ?? 0;
                    foreach (var day in days)
                    {
                        await foreach (var item in lake.ListAsync(stream, day, next, cancellation))
                        {
                            (rows, bytes) = (rows + (item.Manifest?.Rows ?? 0), bytes + (item.Manifest?.UncompressedBytes ?? 0));
                        }
                    }
                }
            }
        }

        return new LakeAhead(rows, bytes);
    }
}
