using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using Newtonsoft.Json.Linq;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse.BigQuery;

/// <summary>What requests carry, and what survives a restart of the count of load jobs.</summary>
public sealed class JobBookTests
{
    private static readonly WarehouseNames Names = new("hospital");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_says_whose_it_is_where_it_runs_and_what_it_may_cost()
    {
        await using var server = new AnsweringServer("""{"jobComplete":true}""");
        using var client = server.Client();

        await new BigQuerySql(client, Names).ExecuteAsync(["SELECT 1", "SELECT 2"], Token);

        var request = server.Requests.ShouldHaveSingleItem();
        ((string?)request["location"]).ShouldBe("asia-southeast1");
        ((string?)request["maximumBytesBilled"]).ShouldBe("1000000");
        request["labels"]!.ToString(Newtonsoft.Json.Formatting.None).ShouldBe("""{"product":"hospital-streaming","warehouse":"hospital"}""");
    }

    [Fact]
    public void Labels_are_what_BigQuery_takes_for_any_table() =>
        BigQueryLabels.Of(Names, "Ward_" + new string('x', 80)).Properties().Select(label => (string)label.Value!).ShouldAllBe(
            value => value.Length <= 63 && value.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '_' || one == '-'));

    [Fact]
    public async Task A_loader_that_starts_goes_on_with_the_count_of_the_one_before()
    {
        var now = DateTimeOffset.UtcNow;
        await using var server = new AnsweringServer(new JObject
        {
            ["jobComplete"] = true,
            ["schema"] = JObject.Parse("""{"fields":[{"name":"counted","type":"STRING"},{"name":"submitted_at","type":"TIMESTAMP"}]}"""),
            ["rows"] = new JArray(Row("visits", now.AddHours(-25)), Row("visits", now.AddMinutes(-9)), Row("visits.rows", now.AddMinutes(-8))),
        }.ToString());
        using var client = server.Client();
        var book = new JobBook(new BigQuerySql(client, Names), Names, TimeProvider.System, TimeSpan.FromMinutes(5), new LineMeters());
        await book.TakeOverAsync(Token);

        await book.WaitAsync("visits", Token);
        book.Found("doctors", "hs_1", Job(now.AddMinutes(-2)));
        book.Found("doctors", "hs_1", Job(now.AddMinutes(-2)));
        book.Found("doctors", "hs_2", Job(now.AddDays(-2)));

        var statements = book.Statements().ToList();
        statements.Count.ShouldBe(2);
        statements[0].ShouldStartWith("DELETE FROM `hospital_line`.load_jobs WHERE submitted_at <= TIMESTAMP_MILLIS(");
        statements[1].Split("('").Skip(1).Select(row => row[..row.IndexOf('\'')]).ShouldBe(["visits", "doctors"]);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await stopped.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => book.WaitAsync("visits", stopped.Token));
        await Should.ThrowAsync<OperationCanceledException>(() => book.WaitAsync("doctors", stopped.Token));
        book.Statements().Count().ShouldBe(2);
        book.Booked();
        book.Statements().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Load_jobs_are_counted_by_table_and_outcome()
    {
        await using var server = new AnsweringServer("""{"jobComplete":true}""");
        using var client = server.Client();
        using var meters = new LineMeters();
        var counted = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == LineMeters.Name && instrument.Name == "hospital.load_jobs")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, jobs, tags, _) => counted.Add($"{jobs} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        var book = new JobBook(new BigQuerySql(client, Names), Names, TimeProvider.System, TimeSpan.Zero, meters);

        book.Ended("visits", null);
        book.Ended(JobBook.RowsOf("visits"), JobBook.QuotaExceeded);

        counted.ShouldBe(["1 table=visits outcome=loaded", "1 table=visits outcome=quotaExceeded"]);
    }

    private static JObject Row(string counted, DateTimeOffset at) => JObject.Parse(
        $$"""{"f":[{"v":"{{counted}}"},{"v":"{{at.ToUnixTimeMilliseconds()}}000"}]}""");

    private static JObject Job(DateTimeOffset at) => new()
    {
        ["statistics"] = new JObject { ["creationTime"] = at.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) },
    };

    /// <summary>Answers every request alike and keeps their bodies.</summary>
    private sealed class AnsweringServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Uri _address;
        private readonly Task _answering;

        internal AnsweringServer(string answer)
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                _address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
            }

            _listener.Prefixes.Add(_address.AbsoluteUri);
            _listener.Start();
            _answering = AnswerAsync(Encoding.UTF8.GetBytes(answer));
        }

        internal List<JObject> Requests { get; } = [];

        internal BigQueryClient Client() => new(
            new BigQuerySettings("p", "asia-southeast1", _address, null, 1_000_000, TimeSpan.FromMilliseconds(1)), new LineMeters(), TimeProvider.System);

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _answering;
        }

        private async Task AnswerAsync(byte[] answer)
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using (var reader = new StreamReader(context.Request.InputStream))
                {
                    Requests.Add(JObject.Parse(await reader.ReadToEndAsync()));
                }

                await context.Response.OutputStream.WriteAsync(answer);
                context.Response.Close();
            }
        }
    }
}
