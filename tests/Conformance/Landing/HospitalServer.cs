using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Postgres.Embedded;
using HospitalStreaming.Tests.Conformance.Landing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(HospitalServer))]

namespace HospitalStreaming.Tests.Conformance.Landing;

/// <summary>One embedded PostgreSQL for all tests of this room, started when the first asks; each test has a database of its own.</summary>
public sealed class HospitalServer : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("hospital-landing-").FullName;
    private readonly SemaphoreSlim _turn = new(1);
    private EmbeddedPostgres? _server;
    private int _databases;

    public async Task<string> NewDatabaseAsync()
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_server is null)
            {
                var options = new EmbeddedPostgresOptions { Name = "landing-tests", Purpose = ServerPurpose.Hospital, Folder = Path.Combine(_root, "server") };
                var server = new EmbeddedPostgres(options, new RoleHealth(TimeProvider.System), TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
                await server.StartAsync(TestContext.Current.CancellationToken);
                _server = server;
            }

            var name = $"hospital_{++_databases}";
            await using var connection = new NpgsqlConnection(_server.ConnectionString("postgres"));
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return _server.ConnectionString(name);
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }
}
