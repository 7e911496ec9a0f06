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

    /// <summary>Hands on every message until cancelled or the connection ends.</summary>
    /// <param name="start">Position to start from; the slot's own where that is later.</param>
    /// <param name="take">Takes a message: where it stands in the log, a buffer with the message at its start, its length.</param>
    /// <param name="between">Awaited after each message: a stop in order holds the reading there.</param>
    /// <param name="cancellation">Ends it hard.</param>
    public async Task RunAsync(Lsn start, Func<Lsn, byte[], int, CancellationToken, ValueTask> take, Func<Task> between, CancellationToken cancellation)
    {
        var options = new KeyValuePair<string, string?>[]
        {
            new("proto_version", "1"),
            new("publication_names", "\"" + publication + "\""),
        };
        var messages = connection.StartLogicalReplication(
            new PgOutputReplicationSlot(slot), cancellation, new NpgsqlLogSequenceNumber(start.Value), options, bypassingStream: false).GetAsyncEnumerator(cancellation);
        try
        {
            while (await ReadAsync(messages, cancellation) is { } read)
            {
                await take(read.At, _buffer, read.Length, cancellation);
                await between();
            }
        }
        finally
        {
            await EndAsync(messages);
        }
    }

    private async ValueTask<(Lsn At, int Length)?> ReadAsync(IAsyncEnumerator<XLogDataMessage> messages, CancellationToken cancellation)
    {
        try
        {
            if (!await messages.MoveNextAsync())
            {
                return null;
            }

            // Npgsql reuses the message and its stream: everything is taken before the next one is asked for.
            var message = messages.Current;
            var length = checked((int)message.Data.Length);
            if (_buffer.Length < length)
            {
                _buffer = new byte[Math.Max(length, Math.Min(_buffer.Length * 2, Array.MaxLength))];
            }

            await message.Data.ReadExactlyAsync(_buffer.AsMemory(0, length), cancellation);
            return (new Lsn((ulong)message.WalStart), length);
        }
        catch (Exception ended) when (IsEnd(ended))
        {
            throw new IOException("the connection to the source broke", ended);
        }
    }

    private static async Task EndAsync(IAsyncEnumerator<XLogDataMessage> messages)
    {
        try
        {
            await messages.DisposeAsync();
        }
        catch (Exception)
        {
            // What ended the reading is told by the reading; a broken connection cannot be left in order.
        }
    }

    /// <summary>
    /// Tells the source what is done; the log before it may go. Until the source has sent anything, only notes it for the reply that Npgsql sends by
    /// itself: a status sent before the stream has begun fails inside Npgsql 10.0.0, which then never gives back the semaphore that every later
    /// status and every reply to the source waits for. Seen under load as a capture that published on and confirmed nothing any more.
    /// </summary>
    /// <returns>False where the stream has ended meanwhile: the reading says why.</returns>
    public async Task<bool> ConfirmAsync(Lsn position, CancellationToken cancellation)
    {
        try
        {
            connection.SetReplicationStatus(new NpgsqlLogSequenceNumber(position.Value));
            if (Received > default(Lsn))
            {
                await connection.SendStatusUpdate(cancellation);
            }

            return true;
        }
        catch (Exception ended) when (IsEnd(ended))
        {
            return false;
        }
    }

    // Where reader and status meet the end of a connection one after the other, as when the reader waits for the broker, Npgsql 10.0.0 fails the later one
    // on what it has taken apart already: a defect of the program by its type, and yet the end of a connection, which is tried again.
    private static bool IsEnd(Exception failure) => failure is InvalidOperationException or NullReferenceException;
}
