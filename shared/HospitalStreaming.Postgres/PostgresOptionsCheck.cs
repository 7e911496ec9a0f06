using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HospitalStreaming.Postgres;

/// <summary>Names everything wrong in section Postgres.</summary>
public sealed class PostgresOptionsCheck(IOptions<PostgresOptions> options) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        if (string.IsNullOrWhiteSpace(value.ConnectionString))
        {
            yield return new("Postgres:ConnectionString", "give Host=…;Database=hospital;Username=…;Password=… of the hospital's database, or run `hospital up`, which brings its own");
        }
        else if (!IsReadable(value.ConnectionString))
        {
            yield return new("Postgres:ConnectionString", "use Npgsql's form with at least Host and Database: Host=…;Port=5432;Database=hospital;Username=…;Password=…");
        }

        if (value.Binaries is { Length: > 0 } binaries && !File.Exists(Path.Combine(binaries, "postgres")) && !File.Exists(Path.Combine(binaries, "bin", "postgres")))
        {
            yield return new("Postgres:Binaries", "give a folder that holds postgres and initdb, version 15 or later, or leave it empty for the bundled ones");
        }

        if (value.RunAsUser is "root")
        {
            yield return new("Postgres:RunAsUser", "PostgreSQL refuses root: name an unprivileged user, or leave it empty");
        }
    }

    private static bool IsReadable(string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            return builder.Host is { Length: > 0 } && builder.Database is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            // Its message could quote the password: only the key is named.
            return false;
        }
    }
}
