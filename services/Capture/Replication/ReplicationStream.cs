using HospitalStreaming.Core.Changes;
using Npgsql.Replication;
using Npgsql.Replication.Internal;
using Npgsql.Replication.PgOutput;
using NpgsqlTypes;

namespace HospitalStreaming.Capture.Replication;

/// <summary>Reads a slot's stream as raw pgoutput messages, one buffer for all of them.</summary>
internal sealed class ReplicationStream(LogicalReplicationConnection connection, string slot, string publication)
{
    private byte[] _buffer = new byte[64 * 1024];

    /// <summary>What the source has sent so far, keepalives included.</summary>
    public Lsn Received => new((ulong)connection.LastReceivedLsn);

    /// <summary>Hands every message to the session until cancelled or the connection ends.</summary>
    /// <param name="start">Position to start from; the slot's own where that is later.</param>
    /// <param name="session">Takes the messages.</param>
    /// <param name="between">Awaited after each message: a stop in order holds the reading there.</param>
    /// <param name="cancellation">Ends it hard.</param>
    public async Task RunAsync(Lsn start, StreamSession session, Func<Task> between, CancellationToken cancellation)
    {
        var options = new KeyValuePair<string, string?>[]
        {
            new("proto_version", "1"),
            new("publication_names", "\"" + publication + "\""),
        };
        var messages = connection.StartLogicalReplication(
            new PgOutputReplicationSlot(slot), cancellation, new NpgsqlLogSequenceNumber(start.Value), options, bypassingStream: false);
        await foreach (var message in messages)
        {
            // Npgsql reuses the message and its stream: everything is taken before the next one is asked for.
            var length = checked((int)message.Data.Length);
            if (_buffer.Length < length)
            {
                _buffer = new byte[Math.Max(length, Math.Min(_buffer.Length * 2, Array.MaxLength))];
            }

            await message.Data.ReadExactlyAsync(_buffer.AsMemory(0, length), cancellation);
            await session.TakeAsync(new Lsn((ulong)message.WalStart), _buffer, length, cancellation);
            await between();
        }
    }

    /// <summary>
    /// Tells the source what is done; the log before it may go. Until the source has sent anything, only notes it for the reply that Npgsql sends by
    /// itself: a status sent before the stream has begun fails inside Npgsql 10.0.0, which then never gives back the semaphore that every later
    /// status and every reply to the source waits for. Seen under load as a capture that published on and confirmed nothing any more.
    /// </summary>
    public async Task ConfirmAsync(Lsn position, CancellationToken cancellation)
    {
        connection.SetReplicationStatus(new NpgsqlLogSequenceNumber(position.Value));
        if (Received > default(Lsn))
        {
            await connection.SendStatusUpdate(cancellation);
        }
    }
}
