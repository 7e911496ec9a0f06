using System.Diagnostics;
using System.Globalization;
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
            // No change is made, so nothing is handed to a session.
            reading = stream.RunAsync(default, null!, () => Task.CompletedTask, end.Token);
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

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync(Token);
    }
}
