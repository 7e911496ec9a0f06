using System.Globalization;
using HospitalStreaming.Lake.Compacting;

namespace HospitalStreaming.Lake.Auditing;

/// <summary>Whether the larger objects that a chain's emptied objects point to are there, as long as they must be, and hold each one where it says.</summary>
internal static class CompactedAudit
{
    /// <summary>Everything wrong, at the first object it concerns. Bytes are not read: each object's own proof does that.</summary>
    internal static async Task<IReadOnlyList<(LakeFindingKind Kind, LakeObject At, string Detail)>> FaultsAsync(
        ILake lake, IEnumerable<LakeObject> emptied, CancellationToken cancellation)
    {
        var faults = new List<(LakeFindingKind Kind, LakeObject At, string Detail)>();
        foreach (var larger in emptied.GroupBy(item => item.Part!.Path, StringComparer.Ordinal))
        {
            var first = larger.First();
            CompactedObject? manifest;
            try
            {
                manifest = await CompactedObject.FindAsync(lake, larger.Key, cancellation);
            }
            catch (LakeDamageException damage)
            {
                faults.Add((LakeFindingKind.Damaged, first, damage.Message));
                continue;
            }

            var length = await lake.LengthOfDocumentAsync(larger.Key, cancellation);
            if (length is null)
            {
                faults.Add((LakeFindingKind.Missing, first, $"{larger.Key}, which holds its bytes, is missing"));
            }
            else if (manifest is null)
            {
                faults.Add((LakeFindingKind.Damaged, first, $"{larger.Key}, which holds its bytes, has no manifest"));
            }
            else if (length != manifest.Bytes)
            {
                faults.Add((LakeFindingKind.Truncated, first, string.Create(
                    CultureInfo.InvariantCulture, $"{larger.Key}, which holds its bytes, is {length} bytes long, its manifest says {manifest.Bytes}")));
            }

            if (manifest is not null)
            {
                var places = manifest.Members.ToDictionary(member => member.Name, member => member.Part);
                faults.AddRange(larger.Where(item => places.GetValueOrDefault(item.Name) != item.Part).Select(item => (
                    LakeFindingKind.Overlapping, item, string.Create(
                        CultureInfo.InvariantCulture, $"says its bytes lie in {larger.Key} from byte {item.Part!.First}, where that one's manifest has others'"))));
            }
        }

        return faults;
    }
}
