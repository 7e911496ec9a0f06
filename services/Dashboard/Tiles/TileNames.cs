using System.Text.RegularExpressions;
using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>Schemas the tiles read. They come from configuration, so they are checked before they become part of any SQL text.</summary>
internal sealed partial class TileNames
{
    public TileNames(WarehouseNames names)
    {
        Marts = Checked(names.Marts);
        Line = Checked(names.Line);
    }

    public string Marts { get; }

    public string Line { get; }

    private static string Checked(string name) => Plain().IsMatch(name)
        ? name
        : throw new ArgumentException("A schema or data set name may hold letters, digits and underscores only. Change Warehouse:Dataset.", nameof(name));

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
    private static partial Regex Plain();
}
