using System.Runtime.Versioning;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Postgres.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

// File modes and signals: the embedded servers run on Linux and macOS.
[assembly: UnsupportedOSPlatform("windows")]

namespace HospitalStreaming.Tests.Conformance.Postgres;

/// <summary>Starts embedded servers in folders of their own, and removes both.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly List<EmbeddedPostgres> _started = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("hospital-pg-").FullName;

    public RoleHealth Health { get; } = new(TimeProvider.System);

    public string FolderOf(string name) => Path.Combine(Root, name);

    public EmbeddedPostgresOptions Options(string name = "hospital", ServerPurpose purpose = ServerPurpose.Hospital) =>
        new() { Name = name, Purpose = purpose, Folder = FolderOf(name), Databases = [name] };

    public EmbeddedPostgres Prepare(EmbeddedPostgresOptions options)
    {
        var server = new EmbeddedPostgres(options, Health, TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        _started.Add(server);
        return server;
    }

    public async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options)
    {
        var server = Prepare(options);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public static async Task UntilAsync(string what, Func<bool> holds, TimeSpan limit)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            if (TimeProvider.System.GetElapsedTime(since) > limit)
            {
                Assert.Fail($"not within {limit.TotalSeconds} s: {what}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _started)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(Root, recursive: true);
    }
}
