using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>The lab's PostgreSQL for this suite: the one that LAB_POSTGRES names already, else its own, started when first needed.</summary>
public sealed class WarehouseServers : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private LabServers? _servers;

    /// <summary>Connection string of a superuser on a PostgreSQL server.</summary>
    public async Task<string> PostgresAsync()
    {
        if (Environment.GetEnvironmentVariable("LAB_POSTGRES") is { Length: > 0 } given)
        {
            return given;
        }

        Lab.SkipWhenAbsent();
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _servers ??= new LabServers();
            await _servers.UpAsync("postgres");
            return _servers.Postgres("postgres");
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_servers is not null)
        {
            await _servers.DisposeAsync();
        }

        _one.Dispose();
    }
}

/// <summary>Tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class WarehouseCollection : ICollectionFixture<WarehouseServers>
{
    internal const string Name = "warehouse";
}
