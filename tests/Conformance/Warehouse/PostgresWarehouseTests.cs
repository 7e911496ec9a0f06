using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Sql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresWarehouseTests(WarehouseServers servers) : WarehouseSuite
{
    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) =>
        new UnderTest(await TestDatabase.CreateAsync(servers, "warehouse_" + name), TestFolder.Create("warehouse-" + name));

    private sealed class UnderTest(TestDatabase database, string folder) : IWarehouseUnderTest
    {
        public ILake Lake { get; } = new FolderLake(folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));

        public WarehouseNames Names { get; } = new();

        public IWarehouseSql Sql => new PostgresWarehouseSql(database.Source, Names);

        public IWarehouse Open() => new PostgresWarehouse(database.Source, Names, HospitalSchema.CapturedTables, Lake);

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
}
