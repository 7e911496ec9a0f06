using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Transactions;

/// <summary>The transaction topic's objects: read by the loader itself, and in no raw table.</summary>
internal static class TransactionTopic
{
    /// <summary>Reads one object's ENDs.</summary>
    /// <exception cref="ObjectDamagedException">The object is not what it was.</exception>
    internal static async Task<IReadOnlyList<(long Offset, TransactionEnd End)>> EndsAsync(ILake lake, LakeObject item, CancellationToken cancellation)
    {
        var ends = new List<(long, TransactionEnd)>();
        try
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, item, cancellation);
            foreach (var line in reader.Records())
            {
                if (TransactionEndReader.Read(line.Value) is { } end)
                {
                    ends.Add((line.Position.Offset, end));
                }
            }
        }
        catch (LakeDamageException failure)
        {
            throw new ObjectDamagedException(item.Name.Stream.Topic, failure.Message, failure);
        }

        return ends;
    }
}
