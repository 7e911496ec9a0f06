using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>One version of the warehouse, empty, for one test.</summary>
public interface IWarehouseUnderTest : IAsyncDisposable
{
    /// <summary>The lake it loads from.</summary>
    ILake Lake { get; }

    /// <summary>Its data sets.</summary>
    WarehouseNames Names { get; }

    /// <summary>SQL against it.</summary>
    IWarehouseSql Sql { get; }

    /// <summary>A loader of its own, as another process would have it.</summary>
    IWarehouse Open();

    /// <summary>A loader of other tables than the suite's.</summary>
    IWarehouse OpenFor(IReadOnlyList<TableDescription> tables);

    /// <summary>A loader of another warehouse beside it, from the same lake.</summary>
    IWarehouse OpenAs(WarehouseNames names);

    /// <summary>Damages a stored object: its last byte is another.</summary>
    Task DamageAsync(LakeObject item);
}
