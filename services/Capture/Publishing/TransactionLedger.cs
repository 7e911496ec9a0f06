using Confluent.Kafka;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.Publishing;

/// <summary>
/// What of the stream the broker has acknowledged. Transactions are opened and closed by one reader in commit order; deliveries come from the
/// client's threads, several at once. What may be confirmed to the slot is the end of the last transaction of the gap-free prefix.
/// </summary>
/// <param name="maxInFlightBytes">The reader waits above it.</param>
/// <param name="completed">Told of each transaction as it joins the prefix, in order, outside the lock.</param>
internal sealed class TransactionLedger(int maxInFlightBytes, Action<TransactionTicket> completed)
{
    /// <summary>Messages in flight at most, whatever their size: the client's queue has a limit of its own.</summary>
    public const int MaxInFlightMessages = 40_000;

    private readonly Lock _lock = new();
    private readonly Queue<TransactionTicket> _open = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _empty;
    private Lsn _acknowledged;
    private Exception? _failure;
    private long _inFlightBytes;
    private long _inFlightMessages;
    private long _events;

    /// <summary>Starts from a position before which everything was acknowledged.</summary>
    public void Start(Lsn position)
    {
        lock (_lock)
        {
            _acknowledged = position;
        }
    }

    /// <summary>Bytes sent and not acknowledged.</summary>
    public long InFlightBytes => Interlocked.Read(ref _inFlightBytes);

    /// <summary>Messages of changes acknowledged so far.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>A delivery that failed for good; nothing after it is confirmed.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_lock)
            {
                return _failure;
            }
        }
    }

    /// <summary>A transaction begins.</summary>
    public TransactionTicket Open(DateTimeOffset committedAt)
    {
        var ticket = new TransactionTicket(this, committedAt);
        lock (_lock)
        {
            _open.Enqueue(ticket);
        }

        return ticket;
    }

    /// <summary>A message of it is about to be sent.</summary>
    public void Sending(TransactionTicket ticket, int bytes)
    {
        lock (_lock)
        {
            ticket.Sent++;
            _inFlightBytes += bytes;
            _inFlightMessages++;
        }
    }

    /// <summary>The client did not take the message: as if it had not been announced.</summary>
    public void NotSent(TransactionTicket ticket, int bytes)
    {
        lock (_lock)
        {
            ticket.Sent--;
            _inFlightBytes -= bytes;
            _inFlightMessages--;
        }
    }

    /// <summary>Its end was read.</summary>
    public void Close(TransactionTicket ticket, Lsn end)
    {
        lock (_lock)
        {
            ticket.End = end;
        }

        Settle();
    }

    /// <summary>The client says what became of a message, a change or a mark of its transaction; called from its threads.</summary>
    public void Delivered(TransactionTicket ticket, Error error, int bytes, bool change = true)
    {
        TaskCompletionSource? room = null;
        lock (_lock)
        {
            _inFlightBytes -= bytes;
            _inFlightMessages--;
            if (error.IsError)
            {
                // A message lost inside the client leaves a gap: from here on only the restart from the confirmed position is right.
                _failure ??= new KafkaException(error);
                room = _room;
                _room = null;
                _empty?.TrySetException(_failure);
            }
            else
            {
                ticket.Acknowledged++;
                ticket.Changes += change ? 1 : 0;
                _events += change ? 1 : 0;
                if (_room is not null && HasRoom(half: true))
                {
                    room = _room;
                    _room = null;
                }
            }
        }

        room?.TrySetResult();
        if (!error.IsError)
        {
            Settle();
        }
    }

    /// <summary>Waits until less is in flight than the limit; throws what made a delivery fail.</summary>
    public ValueTask RoomAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_failure is null && HasRoom(half: false))
            {
                return ValueTask.CompletedTask;
            }
        }

        return new ValueTask(WaitForRoomAsync(cancellation));
    }

    /// <summary>Waits until every closed transaction is acknowledged; an open one at the end does not count.</summary>
    public Task EmptyAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                return Task.FromException(_failure);
            }

            if (_open.Count == 0 || (_open.Count == 1 && _open.Peek().End is null))
            {
                return Task.CompletedTask;
            }

            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>
    /// What may be confirmed: the end of the acknowledged prefix, or, where nothing at all is under way, what the source says it has sent. Read
    /// that first: it then lies behind nothing that began later.
    /// </summary>
    /// <param name="receivedBefore">What the source had sent before this call.</param>
    public Lsn Confirmable(Lsn receivedBefore)
    {
        lock (_lock)
        {
            if (_open.Count == 0 && _failure is null && receivedBefore > _acknowledged)
            {
                _acknowledged = receivedBefore;
            }

            return _acknowledged;
        }
    }

    private async Task WaitForRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_failure is not null)
                {
                    throw _failure;
                }

                if (HasRoom(half: false))
                {
                    return;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _room.Task;
            }

            await wait.WaitAsync(cancellation);
        }
    }

    private void Settle()
    {
        while (true)
        {
            TransactionTicket done;
            TaskCompletionSource? empty = null;
            lock (_lock)
            {
                if (_failure is not null || !_open.TryPeek(out var first) || !first.IsComplete)
                {
                    return;
                }

                done = _open.Dequeue();
                _acknowledged = done.End!.Value > _acknowledged ? done.End.Value : _acknowledged;
                if (_open.Count == 0 || (_open.Count == 1 && _open.Peek().End is null))
                {
                    empty = _empty;
                    _empty = null;
                }
            }

            completed(done);
            empty?.TrySetResult();
        }
    }

    private bool HasRoom(bool half)
    {
        var share = half ? 2 : 1;
        return _inFlightBytes < maxInFlightBytes / share && _inFlightMessages < MaxInFlightMessages / share;
    }
}
