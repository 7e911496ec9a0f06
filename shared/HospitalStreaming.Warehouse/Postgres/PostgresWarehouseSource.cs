using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>The one pool of connections to the warehouse's PostgreSQL database in this process.</summary>
/// <param name="connectionString">As configured.</param>
public sealed class PostgresWarehouseSource(string connectionString) : IAsyncDisposable, IDisposable
{
    // A rebuild of all marts may take longer than Npgsql's 30 s.
    private const int CommandTimeoutSeconds = 300;

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Connections { get; } = Build(connectionString);

    /// <inheritdoc/>
    public void Dispose() => Connections.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connections.DisposeAsync();

    private static NpgsqlDataSource Build(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "hospital-warehouse";
        if (!settings.ShouldSerialize("Command Timeout"))
        {
            settings.CommandTimeout = CommandTimeoutSeconds;
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
