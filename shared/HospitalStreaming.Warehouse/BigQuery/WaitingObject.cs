using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>A loaded object with records that wait.</summary>
/// <param name="Stream">Its chain.</param>
/// <param name="Start">Offset it starts at.</param>
/// <param name="Next">Offset behind its last record.</param>
/// <param name="Load">Number of the load that brought it.</param>
/// <param name="Item">The object; null where it is gone, or another one than was loaded.</param>
internal sealed record WaitingObject(LakeStream Stream, long Start, long Next, long Load, LakeObject? Item)
{
    internal static WaitingObject Of(LakeObject item, long load) => new(item.Name.Stream, item.Name.StartOffset, item.Manifest!.Next, load, item);
}
