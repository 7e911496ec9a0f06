using System.Collections.Frozen;
using HospitalStreaming.Dashboard.Tiles.Queries;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>Every tile there is: the allowlist of what a browser may ask for.</summary>
internal static class TileCatalog
{
    public static FrozenDictionary<string, TileDefinition> Tiles { get; } =
        new[] { OverviewTiles.All, DoctorTiles.All, PatientTiles.All, FinanceTiles.All, ModelTiles.All }
            .SelectMany(static tiles => tiles)
            .ToFrozenDictionary(static tile => tile.Name, StringComparer.Ordinal);
}
