using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>Tables that are made anew beside others.</summary>
internal static class RebuiltTables
{
    /// <summary>Whether what was made has a column by another type than the one in place has by now: somebody has made it a text since.</summary>
    internal static bool AreOthers(IReadOnlyList<TableDescription> made, IReadOnlyList<TableDescription> place) => place.Any(table =>
        made.Single(own => own.Name == table.Name).Columns.Any(column => table.Column(column.Name) is { } there && there.Type != column.Type));
}
