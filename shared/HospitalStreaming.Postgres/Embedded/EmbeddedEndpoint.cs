using Npgsql;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>How another process of the same user (status, verify) reaches a server that `hospital up` runs.</summary>
/// <param name="Port">Port on 127.0.0.1.</param>
/// <param name="ProcessId">Process id of the server.</param>
/// <param name="Password">The superuser's password.</param>
public sealed record EmbeddedEndpoint(int Port, int ProcessId, string Password)
{
    /// <summary>Reads it from the server's folder; null where no server is ready there.</summary>
    /// <param name="folder">As in <see cref="EmbeddedPostgresOptions.Folder"/>.</param>
    public static EmbeddedEndpoint? Read(string folder)
    {
        var server = new ServerFolder(folder);
        return PostmasterFile.Read(server.Data) is { Ready: true } file
            ? new EmbeddedEndpoint(file.Port, file.ProcessId, server.Secret(EmbeddedPostgres.SuperUser))
            : null;
    }

    /// <summary>For the superuser.</summary>
    /// <param name="database">Database name.</param>
    public string ConnectionString(string database) => ConnectionString(Port, database, EmbeddedPostgres.SuperUser, Password);

    internal static string ConnectionString(int port, string database, string user, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = user,
        Password = password,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        Timeout = 10,
    }.ConnectionString;
}
