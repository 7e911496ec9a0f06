using System.Globalization;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.WarehouseSink.Rebuild;

/// <summary>How far a rebuild has come, and, where loads must keep their distance, how long the rest takes at the least.</summary>
/// <param name="rows">Records loaded before.</param>
/// <param name="options">How much one load takes.</param>
/// <param name="loadInterval">Shortest time between two loads of one table.</param>
internal sealed class RebuildPace(long rows, WarehouseSinkOptions options, TimeSpan loadInterval)
{
    private long _rows = rows;
    private LakeAhead _left;

    /// <summary>Whether loads must keep a distance.</summary>
    internal bool IsPaced => loadInterval > TimeSpan.Zero;

    /// <summary>Loads that what is left takes at the least.</summary>
    internal long Loads => Math.Max(Parts(_left.Rows, options.MaxRows), Parts(_left.Bytes, options.MaxBytes));

    internal void Expect(LakeAhead left) => _left = left;

    internal void Loaded(LoadClaim claim)
    {
        _rows += claim.Rows;
        _left = new LakeAhead(
            Math.Max(0, _left.Rows - claim.Rows), Math.Max(0, _left.Bytes - claim.Objects.Sum(item => item.Manifest!.UncompressedBytes)));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var loaded = string.Create(CultureInfo.InvariantCulture, $"{_rows:N0} records loaded");
        return IsPaced && _left.Rows > 0
            ? string.Create(
                CultureInfo.InvariantCulture, $"{loaded}, {_left.Rows:N0} to go: at least {Loads:N0} loads {loadInterval:c} apart, {Loads * loadInterval:c} in all")
            : loaded;
    }

    private static long Parts(long all, long most) => (all + most - 1) / most;
}
