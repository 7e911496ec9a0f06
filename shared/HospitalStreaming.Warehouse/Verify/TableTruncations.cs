using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What a warehouse says of one table's truncates.</summary>
/// <param name="InRaw">Those that raw holds, but for set aside or decided ones.</param>
/// <param name="Booked">The last one by the loader's books: rows that come later are held against it.</param>
public sealed record TableTruncations(IReadOnlyList<RawTruncation> InRaw, Truncation? Booked)
{
    /// <summary>A table that was never emptied.</summary>
    public static TableTruncations None { get; } = new([], null);
}
