using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>One set of the lab's servers for all suites of the room.</summary>
[CollectionDefinition(Name)]
public sealed class DashboardServers : ICollectionFixture<WarehouseServers>
{
    public const string Name = "dashboard servers";
}
