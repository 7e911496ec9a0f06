using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>The lab's servers for this suite: those that LAB_POSTGRES and its like name already, else its own, started when first needed.</summary>
public sealed class WarehouseServers : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private LabServers? _servers;

    /// <summary>Connection string of a superuser on a PostgreSQL server.</summary>
    public Task<string> PostgresAsync() => AddressAsync("LAB_POSTGRES", "postgres", servers => servers.Postgres("postgres"));

    /// <summary>Address of a Cloud Storage emulator.</summary>
    public Task<string> GcsAsync() => AddressAsync("STORAGE_EMULATOR_HOST", "gcs", servers => servers.Gcs);

    /// <summary>Address of a BigQuery emulator that can read from the Cloud Storage one.</summary>
    public async Task<string> BigQueryAsync()
    {
        await GcsAsync();
        return await AddressAsync("BIGQUERY_EMULATOR_HOST", "bigquery", servers => servers.BigQuery);
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

    private async Task<string> AddressAsync(string variable, string server, Func<LabServers, string> address)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return given;
        }

        Lab.SkipWhenAbsent();
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _servers ??= new LabServers();
            await _servers.UpAsync(server);
            return address(_servers);
        }
        finally
        {
            _one.Release();
        }
    }
}

/// <summary>Tests that share the servers.</summary>
[CollectionDefinition(Name)]
public sealed class WarehouseCollection : ICollectionFixture<WarehouseServers>
{
    internal const string Name = "warehouse";
}
