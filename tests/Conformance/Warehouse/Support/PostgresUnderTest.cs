using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A folder and a database of a test's own.</summary>
internal sealed class PostgresUnderTest(TestDatabase database, string folder) : IWarehouseUnderTest
{
    public TestDatabase Database => database;

    public ILake Lake { get; } = new FolderLake(folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));

    public WarehouseNames Names { get; } = new();

    public IWarehouseSql Sql => new PostgresWarehouseSql(database.Source, Names);

    public static async Task<PostgresUnderTest> CreateAsync(WarehouseServers servers, string name) =>
        new(await TestDatabase.CreateAsync(servers, "warehouse_" + name), TestFolder.Create("warehouse-" + name));

    public IWarehouse Open() => OpenAs(Names);

    public IWarehouse OpenFor(IReadOnlyList<TableDescription> tables) => new PostgresWarehouse(database.Source, Names, tables, Lake);

    public IWarehouse OpenAs(WarehouseNames names) => new PostgresWarehouse(database.Source, names, HospitalSchema.CapturedTables, Lake);

    public async Task DamageAsync(LakeObject item)
    {
        var path = Lake.AddressOf(item.Name);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        TestFolder.Overwrite(path, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
