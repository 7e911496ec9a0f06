using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A database of a test's own.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _server;
    private readonly string _name;

    private TestDatabase(string server, string name, NpgsqlDataSource source) => (_server, _name, Source) = (server, name, source);

    public NpgsqlDataSource Source { get; }

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server) { Database = _name }.ConnectionString;

    /// <summary>Makes it afresh; skips the test where no server is to be had (in CI it fails instead).</summary>
    public static async Task<TestDatabase> CreateAsync(WarehouseServers servers, string name)
    {
        var token = TestContext.Current.CancellationToken;
        var server = await servers.PostgresAsync();
        await using (var admin = NpgsqlDataSource.Create(server))
        {
            await RunAsync(admin, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", token);
            await RunAsync(admin, $"CREATE DATABASE {name} TEMPLATE template0", token);
        }

        var own = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        return new TestDatabase(server, name, NpgsqlDataSource.Create(own));
    }

    public async Task<string> TextAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(string.Join(",", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : Text(reader.GetValue(i)))));
        }

        return string.Join('\n', lines);
    }

    public async Task RunAsync(string sql) => await RunAsync(Source, sql, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await using var admin = NpgsqlDataSource.Create(_server);
        await RunAsync(admin, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)", CancellationToken.None);
    }

    private static string Text(object value) => value is bool yes ? (yes ? "true" : "false") : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;

    private static async Task RunAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = (int)TimeSpan.FromSeconds(60).TotalSeconds;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
