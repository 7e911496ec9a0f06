using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Capture;
using HospitalStreaming.Capture.Replication;
using Npgsql.Replication;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>The replication connection itself.</summary>
[Collection(CaptureCollection.Name)]
public sealed class ReplicationStreamTests(CaptureLab lab)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_that_is_slow_to_begin_is_told_what_is_done_once_it_has_begun()
    {
        await using var database = await lab.DatabaseAsync("slowstart");
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY)", $"SELECT pg_create_logical_replication_slot('{database.Slot}', 'pgoutput')");
        await database.PublishAsync("items");
        await using var connection = new LogicalReplicationConnection(database.ConnectionString);
        await connection.Open(Token);
        var stream = new ReplicationStream(connection, database.Slot, "pub_" + database.Name);
        using var end = new CancellationTokenSource();
        await SignalAsync("STOP", connection.ProcessID);
        Task reading;
        try
        {
            reading = stream.RunAsync(default, (_, _, _, _) => ValueTask.CompletedTask, () => Task.CompletedTask, end.Token);
            await stream.ConfirmAsync(default, Token);
        }
        finally
        {
            await SignalAsync("CONT", connection.ProcessID);
        }

        var start = TimeProvider.System.GetTimestamp();
        while (stream.Received == default && TimeProvider.System.GetElapsedTime(start) < Limit)
        {
            await Task.Delay(20, Token);
        }

        var received = stream.Received;
        received.ShouldNotBe(default);
        await stream.ConfirmAsync(received, Token).WaitAsync(Limit, Token);
        while (await database.ScalarAsync<bool>($"SELECT confirmed_flush_lsn < '{received}' FROM pg_replication_slots WHERE slot_name = '{database.Slot}'"))
        {
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Limit);
        }

        await end.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(reading);
    }

    /// <summary>Whoever of reader and writer meets the end first: it is a failure of the connection, which capture gets over by itself.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_ends_under_its_reader_ends_as_a_failure_of_the_connection(bool writerFirst)
    {
        await using var database = await lab.DatabaseAsync("ends" + (writerFirst ? "writer" : "reader"));
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, text text)", $"SELECT pg_create_logical_replication_slot('{database.Slot}', 'pgoutput')");
        await database.PublishAsync("items");
        await database.ExecuteAsync("INSERT INTO items SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        await using var connection = new LogicalReplicationConnection(database.ConnectionString);
        await connection.Open(Token);
        var stream = new ReplicationStream(connection, database.Slot, "pub_" + database.Name);
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var end = new CancellationTokenSource();
        var reading = stream.RunAsync(
            default,
            (_, _, _, _) => ValueTask.CompletedTask,
            () =>
            {
                begun.TrySetResult();
                return goOn.Task;
            },
            end.Token);
        await begun.Task.WaitAsync(Limit, Token);
        await database.ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID})");
        while (writerFirst && await stream.ConfirmAsync(default, Token))
        {
            // Until Npgsql has noticed.
        }

        goOn.SetResult();
        CaptureRetries.IsTransient(await Should.ThrowAsync<Exception>(reading.WaitAsync(Limit, Token))).ShouldBeTrue();
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync(Token);
    }
}
