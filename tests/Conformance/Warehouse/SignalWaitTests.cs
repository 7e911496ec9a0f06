using HospitalStreaming.Core.Naming;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>A wait for a signal that never comes ends in time, however little of a millisecond is left of it.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class SignalWaitTests(WarehouseServers servers)
{
    private static readonly TimeSpan Far = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_wait_ends_when_less_than_a_millisecond_is_left()
    {
        var token = TestContext.Current.CancellationToken;
        await using var database = await TestDatabase.CreateAsync(servers, "warehouse_signals");
        var names = new WarehouseNames("hospital");
        await database.RunAsync($"CREATE SCHEMA {names.Line}; CREATE TABLE {names.Line}.signals (name text PRIMARY KEY, version bigint NOT NULL)");
        var sql = new PostgresWarehouseSql(database.Source, names);
        await sql.WaitForSignalAsync(SignalNames.Marts, 0, TimeSpan.Zero, token);

        // Some of these ends fall between two whole milliseconds after the first look at the signal.
        for (var microseconds = 300; microseconds < 6_000; microseconds += 150)
        {
            (await sql.WaitForSignalAsync(SignalNames.Marts, 0, TimeSpan.FromMicroseconds(microseconds), token).WaitAsync(Far, token)).ShouldBe(0);
        }
    }
}
