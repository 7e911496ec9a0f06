using System.Text.RegularExpressions;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Lake;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HospitalStreaming.Warehouse;

/// <summary>Names everything wrong in section Warehouse.</summary>
public sealed partial class WarehouseOptionsCheck(IOptions<WarehouseOptions> options, IOptions<LakeOptions> lake, IServiceProviderIsService registered) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        var kind = WarehouseServices.KindOf(value);
        return (kind switch
        {
            WarehouseKind.Postgres => PostgresProblems(value),
            WarehouseKind.BigQuery => BigQueryProblems(value).Concat(LakeProblems(lake.Value)),
            _ => [new("Warehouse:Kind", "use postgres or bigquery")],
        }).Concat(CommonProblems(value));
    }

    private static IEnumerable<SettingProblem> CommonProblems(WarehouseOptions value)
    {
        if (!DatasetName().IsMatch(value.Dataset))
        {
            yield return new("Warehouse:Dataset", "use a lower-case letter followed by up to 40 lower-case letters, digits and underscores");
        }

        if (value.AlikeRefusals < 0)
        {
            yield return new("Warehouse:AlikeRefusals", "use a number of rows, or 0 so that no table stops for them");
        }

        if (value.TransactionPatience < TimeSpan.Zero || value.TransactionPatience > TimeSpan.FromDays(30))
        {
            yield return new("Warehouse:TransactionPatience", "give a time from 00:00:00 to 30.00:00:00");
        }
    }

    private static IEnumerable<SettingProblem> PostgresProblems(WarehouseOptions value)
    {
        if (string.IsNullOrWhiteSpace(value.ConnectionString))
        {
            yield return new("Warehouse:ConnectionString", "give the warehouse's PostgreSQL connection string, or run `hospital up`, which brings its own");
        }
        else if (!Readable(value.ConnectionString))
        {
            yield return new("Warehouse:ConnectionString", "not a PostgreSQL connection string; e.g. Host=db;Database=warehouse;Username=hospital;Password=…");
        }

        if (!string.IsNullOrWhiteSpace(value.Project) || !string.IsNullOrWhiteSpace(value.CredentialsFile))
        {
            yield return new("Warehouse:Kind", "set bigquery, or remove Warehouse:Project and Warehouse:CredentialsFile, which have no effect");
        }
    }

    private static IEnumerable<SettingProblem> BigQueryProblems(WarehouseOptions value)
    {
        if (string.IsNullOrWhiteSpace(value.Project))
        {
            yield return new("Warehouse:Project", "give the Google Cloud project of the data sets");
        }

        if (!string.IsNullOrWhiteSpace(value.ConnectionString))
        {
            yield return new("Warehouse:Kind", "set postgres, or remove Warehouse:ConnectionString, which has no effect");
        }

        if (string.IsNullOrWhiteSpace(value.Location))
        {
            yield return new("Warehouse:Location", "give the location of the data sets, e.g. US or asia-southeast1");
        }

        if (value.LoadInterval < TimeSpan.Zero || value.LoadInterval > TimeSpan.FromDays(1))
        {
            yield return new("Warehouse:LoadInterval", "use 00:01:00 (a minute); less than 58 s a load runs out of quota within the day");
        }

        if (value.MaximumBytesBilled < 0)
        {
            yield return new("Warehouse:MaximumBytesBilled", "use a number of bytes, or 0 for no limit");
        }

        if (value.CredentialsFile is { Length: > 0 } file && !File.Exists(file))
        {
            yield return new("Warehouse:CredentialsFile", "no such file; leave it empty to use Application Default Credentials");
        }
    }

    // Roles that only read the warehouse have no lake.
    private IEnumerable<SettingProblem> LakeProblems(LakeOptions value)
    {
        if (registered.IsService(typeof(ILake)) && value.Kind != "gcs")
        {
            yield return new("Lake:Kind", "set gcs and Lake:Bucket: BigQuery loads objects of a bucket, not files of a folder");
        }
    }

    private static bool Readable(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex DatasetName();
}
