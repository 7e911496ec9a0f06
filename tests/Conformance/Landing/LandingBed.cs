using System.Globalization;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Landing;
using HospitalStreaming.Landing.Schema;
using HospitalStreaming.Landing.Writing;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Landing;

/// <summary>A hospital database and a lander on it; records come from the test instead of a broker.</summary>
internal sealed class LandingBed : IAsyncDisposable
{
    private readonly Dictionary<string, long> _logEnds = new(StringComparer.Ordinal);
    private readonly LineMeters _meters = new();

    private LandingBed(string connectionString, HandClock clock)
    {
        Clock = clock;
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
    }

    public NpgsqlDataSource Database { get; }

    public HandClock Clock { get; }

    public List<DeadLetter> Letters { get; } = [];

    public LandingSession Session { get; private set; } = null!;

    public Lander Lander { get; private set; } = null!;

    /// <summary>Called with dead letters before they count as written.</summary>
    public Func<Task> BeforeLetters { get; set; } = static () => Task.CompletedTask;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<LandingBed> NewAsync(HospitalServer server, LandingOptions? options = null)
    {
        var bed = new LandingBed(await server.NewDatabaseAsync(), new HandClock());
        await using (var connection = await bed.Database.OpenConnectionAsync(Token))
        {
            await LandingSchema.EnsureAsync(connection, null, Token);
        }

        await bed.RestartAsync(options);
        return bed;
    }

    /// <summary>A new lander, as after a crash: it knows only what the database knows.</summary>
    public async Task RestartAsync(LandingOptions? options = null)
    {
        if (Session is not null)
        {
            await Session.DisposeAsync();
        }

        (Session, Lander) = Make(options);
        await BeginAsync(Lander);
    }

    public (LandingSession Session, Lander Lander) Make(LandingOptions? options = null)
    {
        var session = new LandingSession(Database);
        var retries = LandingRetries.Build(_meters, TimeProvider.System, static _ => { });
        return (session, new Lander(session, LandingLimits.From(options ?? new LandingOptions()), WriteLettersAsync, retries, _meters, Clock));
    }

    public static async Task BeginAsync(Lander lander) => await lander.BeginAsync(
        [.. HospitalSchema.EventTables.SelectMany(table => Enumerable.Range(0, 3), (table, partition) => new PartitionStart(table.Topic!, partition, null, 0, long.MaxValue))],
        HospitalSchema.EventTables.ToDictionary(table => table.Topic!, static _ => "one-life"),
        Token);

    /// <summary>Puts an event at the end of its partition's log.</summary>
    public LogRecord Append(HospitalEvent change)
    {
        using var encoder = new EventEncoder();
        return AppendRaw(change.Table, change.Key, encoder.Encode(change));
    }

    public LogRecord AppendRaw(TableDescription table, long key, byte[]? value)
    {
        var partition = (int)(key % 3);
        var log = $"{table.Topic}/{partition}";
        var offset = _logEnds.GetValueOrDefault(log);
        _logEnds[log] = offset + 1;
        return new LogRecord(new LogPosition(table.Topic!, partition, offset), 0, EventEncoder.EncodeKey(key), value, []);
    }

    /// <summary>The topics begin anew, for a test that empties the tables too.</summary>
    public void ForgetLogs() => _logEnds.Clear();

    public Task LandAsync(params LogRecord[] records) => Lander.LandAsync(records, Token);

    public Task LandAsync(params HospitalEvent[] events) => LandAsync([.. events.Select(Append)]);

    /// <summary>Every row of a table as text, keyed and ordered by its key.</summary>
    public async Task<List<string>> RowsAsync(TableDescription table, bool withVersion = false) =>
        await ListAsync($"SELECT {(withVersion ? "xmin::text || ' ' || " : string.Empty)}t::text FROM public.{table.Name} t ORDER BY {table.KeyColumn}");

    public async Task<List<long>> KeysAsync(TableDescription table) =>
        [.. (await ListAsync($"SELECT {table.KeyColumn}::text FROM public.{table.Name} ORDER BY {table.KeyColumn}")).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];

    public async Task<List<string>> ListAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        List<string> found = [];
        while (await reader.ReadAsync(Token))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Database.DisposeAsync();
        _meters.Dispose();
    }

    private async Task WriteLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        await BeforeLetters();
        Letters.AddRange(letters);
    }
}
