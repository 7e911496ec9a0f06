using HospitalStreaming.Capture.Settings;
using Npgsql;
using Npgsql.Replication;

namespace HospitalStreaming.Capture.Source;

/// <summary>Opens connections on which PostgreSQL prints values the one way the encoder reads.</summary>
internal sealed class SourceConnections
{
    private const string Session =
        "-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c bytea_output=hex -c extra_float_digits=1 -c lc_monetary=C -c statement_timeout=0";

    private readonly string _plain;
    private readonly string _replication;

    public SourceConnections(CaptureSettings settings)
    {
        var builder = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            ApplicationName = "hospital-capture",
            Pooling = false,
            Options = Session,
            CommandTimeout = 0,
            Timeout = 10,
            KeepAlive = 30,
        };
        Database = builder.Database!;
        Endpoint = $"{builder.Host}:{builder.Port}";
        _plain = builder.ConnectionString;

        // The replication protocol brings its own keepalives.
        builder.KeepAlive = 0;
        _replication = builder.ConnectionString;
    }

    /// <summary>Database captured.</summary>
    public string Database { get; }

    /// <summary>host:port, for messages.</summary>
    public string Endpoint { get; }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_plain);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<LogicalReplicationConnection> OpenReplicationAsync(CancellationToken cancellation)
    {
        var connection = new LogicalReplicationConnection(_replication);
        try
        {
            await connection.Open(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
