using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Sql;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>A database of its own with seeded marts: a made-up hospital of the last year, the same for the same seed but for today's date.</summary>
internal sealed class MartsDatabase : IAsyncDisposable
{
    private static readonly string[] Diagnoses =
        ["Hypertension", "Type 2 diabetes", "Acute bronchitis", "Migraine", "Asthma", "Lower back pain", "Influenza", "Gastritis", "Allergic rhinitis", "Anxiety disorder", "Dermatitis", "Osteoarthritis", "Urinary tract infection", "Not recorded"];

    private static readonly string[] Specializations = ["Cardiology", "Internal Medicine", "Paediatrics", "Orthopaedics", "Neurology", "Dermatology", "General Surgery"];
    private static readonly string[] Surnames = ["Okafor", "Lindqvist", "Haddad", "Moreau", "Tanaka", "Silva", "Kowalska", "Mbeki", "Novak", "Fernandez", "Ito", "Rossi", "Dubois", "Larsen"];

    private readonly string _admin;
    private readonly string _name;
    private readonly Random _random = new(20_260_401);
    private long _nextVisit = 1_001;

    private MartsDatabase(string admin, string name)
    {
        (_admin, _name) = (admin, name);
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(admin) { Database = name }.ConnectionString);
        Sql = new PostgresWarehouseSql(Source, new WarehouseNames());
    }

    public NpgsqlDataSource Source { get; }

    public PostgresWarehouseSql Sql { get; }

    public static async Task<MartsDatabase> CreateAsync(string admin, int visits, CancellationToken cancellation)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"dashboard_{Environment.ProcessId}_{Random.Shared.Next():x}");
        await using (var source = NpgsqlDataSource.Create(admin))
        {
            await using var create = source.CreateCommand($"create database {name}");
            await create.ExecuteNonQueryAsync(cancellation);
        }

        var database = new MartsDatabase(admin, name);
        await database.RunAsync(MartsSchema.Tables, cancellation);
        await database.FillAsync(visits, cancellation);
        return database;
    }

    /// <summary>Adds one visit today with that bill and publishes, as a change through the line would.</summary>
    public async Task AddVisitAsync(decimal billed, string diagnosis, CancellationToken cancellation)
    {
        await CopyAsync([Visit(DateTime.UtcNow, diagnosis, billed)], cancellation);
        await RunAsync(MartsSchema.Rebuild, cancellation);
    }

    public Task BeatAsync(CancellationToken cancellation) => RunAsync(MartsSchema.Beat, cancellation);

    public async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await using var source = NpgsqlDataSource.Create(_admin);
        await using var drop = source.CreateCommand($"drop database if exists {_name} with (force)");
        await drop.ExecuteNonQueryAsync();
    }

    private async Task FillAsync(int visits, CancellationToken cancellation)
    {
        var doctors = string.Join(',', Enumerable.Range(1, 42).Select(id => string.Create(CultureInfo.InvariantCulture,
            $"({id}, '{Hospital(id)}', 'Dr {(char)('A' + (id * 7 % 26))}. {Surnames[id % Surnames.Length]}', '{Specializations[id % Specializations.Length]}', {3 + (id * 5 % 28)})")));
        await RunAsync($"""
            insert into hospital_marts.doctors values {doctors};
            insert into hospital_marts.patients select i, case i % 3 when 1 then 'h1' when 2 then 'h2' else 'h3' end, 'Secret Name ' || i, 'Female',
              (array['0-17','18-40','18-40','41-65','41-65','66+'])[1 + i % 6] from generate_series(1, 4000) as i;
            """, cancellation);
        var start = DateTime.UtcNow.Date.AddDays(-365);
        var rows = Enumerable.Range(0, visits).Select(i =>
        {
            var day = start.AddDays(365.0 * Math.Pow(i / (double)visits, 0.93)).AddMinutes(_random.Next(480, 1_080));
            var weight = _random.NextDouble();
            var diagnosis = Diagnoses[(int)(Diagnoses.Length * weight * weight)];
            return Visit(day, diagnosis, _random.NextDouble() < 0.93 ? Math.Round(60m + (decimal)(Math.Pow(_random.NextDouble(), 3) * 900), 2) : null);
        }).ToList();
        await CopyAsync(rows, cancellation);
        await RunAsync(MartsSchema.Rebuild, cancellation);
        await BeatAsync(cancellation);
        await RunAsync("""
            insert into hospital_line.test_results
            select 'unique_' || model, model, 'error', 'pass', 0, now(), 4, '' from hospital_line.model_state;
            """, cancellation);
    }

    private object?[] Visit(DateTime at, string diagnosis, decimal? billed)
    {
        var doctor = 1 + (int)(42 * Math.Pow(_random.NextDouble(), 1.6));
        var patient = 1 + (long)(3_999 * Math.Pow(_random.NextDouble(), 1.3));
        var paid = billed is not null && _random.NextDouble() < ((DateTime.UtcNow - at).TotalDays > 60 ? 0.93 : 0.62);
        var prescriptions = _random.Next(0, 4);
        var billDate = DateOnly.FromDateTime(at.AddDays(_random.Next(0, 3)) is var later && later > DateTime.UtcNow ? at : later);
        return
        [
            _nextVisit++, Hospital(doctor), DateTime.SpecifyKind(at, DateTimeKind.Utc), DateOnly.FromDateTime(at), patient, "Secret Name " + patient, "Female", 40, (long)doctor,
            $"Dr {(char)('A' + (doctor * 7 % 26))}. {Surnames[doctor % Surnames.Length]}", Specializations[doctor % Specializations.Length], diagnosis,
            Math.Round((billed ?? 120m) * 0.9m, 2), "Medium-cost visit", 1L, 4L, 21, prescriptions > 0, (long)prescriptions,
            prescriptions > 0 ? "Amoxicillin, Ibuprofen" : null, prescriptions * 18.40m, 0L, billed is null ? 0L : 1L, billed is null ? null : billDate, billed ?? 0m,
            paid ? billed!.Value : 0m, paid || billed is null ? 0m : billed.Value, billed is null ? "Not billed" : paid ? "Paid" : "Outstanding", 1, billed ?? 0m,
        ];
    }

    private async Task CopyAsync(IEnumerable<object?[]> rows, CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        await using var copy = await connection.BeginBinaryImportAsync("copy hospital_marts.patient_journey from stdin (format binary)", cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            foreach (var value in row)
            {
                switch (value)
                {
                    case null:
                        await copy.WriteNullAsync(cancellation);
                        break;
                    case DateTime at:
                        await copy.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellation);
                        break;
                    case DateOnly day:
                        await copy.WriteAsync(day, NpgsqlDbType.Date, cancellation);
                        break;
                    default:
                        await copy.WriteAsync(value, cancellation);
                        break;
                }
            }
        }

        await copy.CompleteAsync(cancellation);
    }

    private static string Hospital(int doctor) => doctor % 3 == 1 ? "h1" : doctor % 3 == 2 ? "h2" : "h3";
}
