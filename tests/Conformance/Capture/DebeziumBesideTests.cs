using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>The real Debezium on the same database at the same time: its messages and ours are equal, positions, ids and commit times included.</summary>
[Collection(CaptureCollection.Name)]
public sealed partial class DebeziumBesideTests(CaptureLab lab)
{
    /// <summary>A transaction each; what the publication lacks, what the include list lacks, and what changes nothing among them.</summary>
    private static readonly string[] Workload =
    [
        "INSERT INTO ward VALUES (1, 'x')",
        "INSERT INTO ward VALUES (2, 'a'), (3, 'b'); INSERT INTO bed VALUES (1, 1, 10); UPDATE ward SET note = 'c' WHERE id = 2; INSERT INTO reading VALUES (1, 36.6)",
        "UPDATE bed SET number = 2 WHERE ward = 1 AND number = 1; UPDATE bed SET price = 11 WHERE number = 2; UPDATE ward SET id = 30 WHERE id = 3",
        "INSERT INTO elsewhere VALUES (1)",
        "INSERT INTO unpublished VALUES (1)",
        "INSERT INTO elsewhere VALUES (2); INSERT INTO bed VALUES (5, 5, 1); INSERT INTO elsewhere VALUES (3)",
        "INSERT INTO unpublished VALUES (2); INSERT INTO ward VALUES (4, 'd')",
        "UPDATE ward SET note = 'none' WHERE id = 4711",
        "SELECT pg_current_xact_id()",
        "BEGIN; INSERT INTO ward VALUES (50, 'rolled back'); ROLLBACK",
        "BEGIN; INSERT INTO ward VALUES (5, 'kept'); SAVEPOINT s; INSERT INTO ward VALUES (6, 'dropped'); ROLLBACK TO s; SAVEPOINT t; INSERT INTO bed VALUES (6, 6, 1); RELEASE t; INSERT INTO ward VALUES (7, 'kept'); COMMIT",
        "UPDATE ward SET note = note; DELETE FROM ward WHERE id IN (1, 2)",
        "INSERT INTO ward SELECT i, 'many' FROM generate_series(1000, 3000) i; UPDATE ward SET note = 'once more' WHERE id % 100 = 0 AND id > 999",
        "ALTER TABLE ward ADD COLUMN floor int; INSERT INTO ward VALUES (8, 'e', 3)",
        "INSERT INTO ward VALUES (9, 'f', 1); ALTER TABLE ward RENAME COLUMN floor TO level; INSERT INTO ward VALUES (10, 'g', 2)",
        "DELETE FROM reading",
        "TRUNCATE bed, reading, elsewhere",
        "TRUNCATE elsewhere",
        "INSERT INTO bed VALUES (9, 9, 9); TRUNCATE bed; INSERT INTO bed VALUES (9, 9, 8)",
        "UPDATE bed SET number = 10 WHERE ward = 9",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("none")]
    [InlineData("d,t")]
    [InlineData("c")]
    public async Task Our_messages_and_transaction_metadata_are_Debeziums(string skipped)
    {
        await using var database = await lab.DatabaseAsync("beside");
        await lab.StartConnectAsync();
        await database.ExecuteAsync(
            "CREATE TABLE ward (id int PRIMARY KEY, note text); CREATE TABLE bed (ward int, number int, price numeric(10,2), PRIMARY KEY (ward, number))",
            "CREATE TABLE reading (id int, value numeric); ALTER TABLE reading REPLICA IDENTITY FULL; CREATE TABLE elsewhere (id int PRIMARY KEY); CREATE TABLE unpublished (id int PRIMARY KEY)",
            "INSERT INTO ward SELECT i, 'before' FROM generate_series(100, 110) i; INSERT INTO bed VALUES (100, 1, 5)");
        await database.PublishAsync("ward", "bed", "reading", "elsewhere");
        database.Settings["Capture:TableIncludeList"] = "public.ward,public.bed,public.reading";
        database.Settings["Capture:SkippedOperations"] = skipped;
        database.Settings["Capture:HeartbeatIntervalMs"] = "0"; // Debezium would send ours on as logical messages, which we have none of.
        await using var debezium = await DebeziumAsync(database, skipped);
        await using var capture = await database.Capture().StreamingAsync();

        foreach (var transaction in Workload)
        {
            await database.ExecuteAsync(transaction);
        }

        await InterleavedAsync(database);
        await database.ExecuteAsync("INSERT INTO ward VALUES (999999, 'last', 0)");
        await database.CaughtUpAsync(capture);
        await capture.StopAsync();
        var ours = ChangeLog.Read(lab.Brokers, database.Prefix);
        var theirs = await debezium.MessagesAsync(ours.Count);

        Lines(ours).ShouldBe(Lines(theirs), customMessage: FirstDifference(Lines(ours), Lines(theirs)));
        ours.Count(message => message.Topic == database.TransactionTopic).ShouldBeGreaterThan(30);
    }

    // Two at a time: the first to begin commits last.
    private static async Task InterleavedAsync(CapturedDatabase database)
    {
        await using var first = await database.OpenAsync();
        await using var second = await database.OpenAsync();
        foreach (var (connection, sql) in new[]
        {
            (first, "BEGIN; INSERT INTO ward VALUES (20, 'first', 1)"), (second, "BEGIN; INSERT INTO ward VALUES (21, 'second', 1); INSERT INTO bed VALUES (21, 1, 1)"),
            (first, "INSERT INTO bed VALUES (20, 1, 1)"), (second, "COMMIT"), (first, "INSERT INTO bed VALUES (20, 2, 1); COMMIT"),
        })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Token);
        }
    }

    private async Task<Connector> DebeziumAsync(CapturedDatabase database, string skipped)
    {
        var host = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var slot = "debezium_" + database.Name;
        var connector = new Connector(lab, database, slot);
        using var answer = await connector.Http.PostAsJsonAsync("/connectors", new
        {
            name = slot,
            config = new Dictionary<string, string>
            {
                ["connector.class"] = "io.debezium.connector.postgresql.PostgresConnector",
                ["plugin.name"] = "pgoutput",
                ["database.hostname"] = host.Host!,
                ["database.port"] = host.Port.ToString(CultureInfo.InvariantCulture),
                ["database.user"] = host.Username!,
                ["database.dbname"] = host.Database!,
                ["topic.prefix"] = database.Prefix,
                ["table.include.list"] = database.Settings["Capture:TableIncludeList"]!,
                ["publication.name"] = "pub_" + database.Name,
                ["publication.autocreate.mode"] = "disabled",
                ["slot.name"] = slot,
                ["slot.drop.on.stop"] = "true",
                ["decimal.handling.mode"] = "string",
                ["skipped.operations"] = skipped,
                ["provide.transaction.metadata"] = "true",
                ["key.converter"] = "org.apache.kafka.connect.json.JsonConverter",
                ["key.converter.schemas.enable"] = "false",
                ["value.converter"] = "org.apache.kafka.connect.json.JsonConverter",
                ["value.converter.schemas.enable"] = "false",
                ["topic.creation.default.replication.factor"] = "1",
                ["topic.creation.default.partitions"] = "3",
            },
        }, Token);
        answer.EnsureSuccessStatusCode();
        await connector.StreamingAsync();
        return connector;
    }

    // Messages without a key go to any partition: of them only what each says can be compared, not their order.
    private static List<string> Lines(List<LoggedChange> messages)
    {
        var lines = messages.Select(message =>
        {
            var headers = message.Headers.Where(header => !header.Key.StartsWith("__debezium.context", StringComparison.Ordinal)).Select(header => header.Key + "=" + header.Value);
            return (message.Key is null, $"{message.Topic}[{(message.Key is null ? "*" : message.Partition)}] {string.Join(';', headers)} {message.KeyText ?? "null"} {Normal(message.ValueText)}");
        }).ToList();
        return [.. lines.Where(line => !line.Item1).Select(line => line.Item2), .. lines.Where(line => line.Item1).Select(line => line.Item2).Order(StringComparer.Ordinal)];
    }

    private static string FirstDifference(List<string> ours, List<string> theirs)
    {
        var at = Enumerable.Range(0, Math.Max(ours.Count, theirs.Count)).FirstOrDefault(i => ours.ElementAtOrDefault(i) != theirs.ElementAtOrDefault(i));
        return $"{ours.Count} messages against {theirs.Count}; first difference at {at}:\nours   {ours.ElementAtOrDefault(at)}\ntheirs {theirs.ElementAtOrDefault(at)}";
    }

    private static string Normal(string? value)
    {
        if (value is null)
        {
            return "null";
        }

        value = Processed().Replace(Version().Replace(value, "\"version\":0"), "}");
        return value.Contains("\"op\":\"r\"", StringComparison.Ordinal) ? Read().Replace(value, "\"$1\":0") : value;
    }

    [GeneratedRegex("\"version\":\"[^\"]*\"")]
    private static partial Regex Version();

    // The time at which the capture had the change in hand.
    [GeneratedRegex("(?<=\"op\":\".\"),\"ts_ms\":\\d+,\"ts_us\":\\d+,\"ts_ns\":\\d+\\}$")]
    private static partial Regex Processed();

    // Two snapshots are two transactions.
    [GeneratedRegex("\"(ts_ms|ts_us|ts_ns|sequence|txId|lsn)\":(\"(?:\\\\.|[^\"\\\\])*\"|\\d+)")]
    private static partial Regex Read();

    /// <summary>A Debezium connector on Kafka Connect; removed at the end.</summary>
    private sealed class Connector(CaptureLab lab, CapturedDatabase database, string name) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new() { BaseAddress = lab.Connect };

        public async ValueTask DisposeAsync()
        {
            using var answer = await Http.DeleteAsync("/connectors/" + name, CancellationToken.None);
            for (var tries = 0; tries < 300 && await database.ScalarAsync<long>($"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{name}' AND active") > 0; tries++)
            {
                await Task.Delay(100);
            }

            await database.ExecuteAsync($"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{name}'");
            Http.Dispose();
        }

        public async Task StreamingAsync()
        {
            if (!await UntilAsync(async () => await database.ScalarAsync<long>($"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{name}' AND active") == 1))
            {
                throw new TimeoutException($"Debezium does not stream: {await Http.GetStringAsync(new Uri($"/connectors/{name}/status", UriKind.Relative), Token)}");
            }
        }

        /// <summary>Its messages, once there are as many as that; what there is where they do not come.</summary>
        public async Task<List<LoggedChange>> MessagesAsync(int count)
        {
            var messages = new List<LoggedChange>();
            await UntilAsync(() =>
            {
                messages = ChangeLog.Read(lab.Kafka, database.Prefix);
                return Task.FromResult(messages.Count >= count);
            });
            return messages;
        }

        private static async Task<bool> UntilAsync(Func<Task<bool>> reached)
        {
            var limit = TimeProvider.System.GetTimestamp();
            while (!await reached())
            {
                if (TimeProvider.System.GetElapsedTime(limit) > TimeSpan.FromSeconds(90))
                {
                    return false;
                }

                await Task.Delay(200, Token);
            }

            return true;
        }
    }
}
