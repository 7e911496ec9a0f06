using HospitalStreaming.Capture.Publishing;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Replication;

/// <summary>Turns pgoutput's messages into change messages, in the order they come: commit order.</summary>
internal sealed class StreamSession(
    CaptureSettings settings, RelationCache relations, ChangeEncoder encoder, ChangePublisher publisher, TransactionLedger ledger, Lsn? lastCommit, TimeProvider clock)
{
    private readonly RowTuple _old = new();
    private readonly RowTuple _row = new();
    private readonly List<EncodedChange> _messages = [];
    private TransactionTicket? _ticket;
    private ChangePosition _transaction;
    private Lsn? _lastCommit = lastCommit;

    /// <summary>Whether a transaction has begun and not ended yet.</summary>
    public bool InTransaction => _ticket is not null;

    /// <summary>Takes one message. The bytes are read before it returns.</summary>
    /// <param name="lsn">Where the message stands in the log.</param>
    /// <param name="bytes">Buffer with the message at its start.</param>
    /// <param name="length">Its length.</param>
    /// <param name="cancellation">Ends a wait for room.</param>
    /// <exception cref="FormatException">The stream does not follow the protocol.</exception>
    public ValueTask TakeAsync(Lsn lsn, byte[] bytes, int length, CancellationToken cancellation)
    {
        var message = new PgOutput(bytes, length);
        switch (message.Type)
        {
            case 'B':
                return BeginAsync(message.ReadBegin(), lsn, cancellation);
            case 'C':
                return CommitAsync(message.ReadCommit(), cancellation);
            case 'R':
                return relations.LearnAsync(message.ReadRelation(), cancellation);
            case 'I':
                return Insert(ref message, lsn, cancellation);
            case 'U':
                return Update(ref message, lsn, cancellation);
            case 'D':
                return Delete(ref message, lsn, cancellation);
            case 'T':
                return TruncateAsync(message.ReadTruncated(), lsn, cancellation);
            case 'Y' or 'O' or 'M':
                // Types are looked up where columns name them; origins and logical messages change no row.
                return ValueTask.CompletedTask;
            default:
                throw new FormatException($"pgoutput sent a message of unknown type {message.Type}");
        }
    }

    private async ValueTask BeginAsync(Begin begin, Lsn lsn, CancellationToken cancellation)
    {
        if (_ticket is not null)
        {
            throw new FormatException("pgoutput began a transaction inside another");
        }

        _ticket = ledger.Open(DateTimeOffset.UnixEpoch.AddTicks(begin.CommitMicros * TimeSpan.TicksPerMicrosecond));
        _transaction = new ChangePosition(begin.CommitLsn, _lastCommit, begin.TransactionId, begin.CommitMicros);
        _messages.Clear();
        encoder.Begin(_transaction with { Lsn = lsn }, _messages);
        await SendMarksAsync(_ticket, cancellation);
    }

    private async ValueTask CommitAsync(Commit commit, CancellationToken cancellation)
    {
        var ticket = Ticket;
        _messages.Clear();
        encoder.End(commit.End, _messages);
        await SendMarksAsync(ticket, cancellation);
        ledger.Close(ticket, commit.End);
        _ticket = null;
        _lastCommit = commit.End;
    }

    private ValueTask Insert(ref PgOutput message, Lsn lsn, CancellationToken cancellation)
    {
        var relation = relations[message.ReadRelationId()];
        message.ReadTupleKind();
        message.ReadTuple(_row);
        if (!Wanted(relation))
        {
            return ValueTask.CompletedTask;
        }

        encoder.Insert(relation.Encoder, _row, _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
        return SendAsync(relation.Topic, cancellation);
    }

    private ValueTask Update(ref PgOutput message, Lsn lsn, CancellationToken cancellation)
    {
        var relation = relations[message.ReadRelationId()];
        var kind = message.ReadTupleKind();
        RowTuple? old = null;
        if (kind is 'K' or 'O')
        {
            message.ReadTuple(_old);
            old = _old;
            message.ReadTupleKind();
        }

        message.ReadTuple(_row);
        if (!Wanted(relation))
        {
            return ValueTask.CompletedTask;
        }

        encoder.Update(relation.Encoder, old, kind == 'K', _row, _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
        return SendAsync(relation.Topic, cancellation);
    }

    private ValueTask Delete(ref PgOutput message, Lsn lsn, CancellationToken cancellation)
    {
        var relation = relations[message.ReadRelationId()];
        var kind = message.ReadTupleKind();
        message.ReadTuple(_old);
        if (!Wanted(relation))
        {
            return ValueTask.CompletedTask;
        }

        encoder.Delete(relation.Encoder, _old, kind == 'K', _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
        return SendAsync(relation.Topic, cancellation);
    }

    private async ValueTask TruncateAsync(uint[] ids, Lsn lsn, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            var relation = relations[id];
            if (Wanted(relation))
            {
                encoder.Truncate(relation.Encoder, _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
                await SendAsync(relation.Topic, cancellation);
            }
        }
    }

    private bool Wanted(RelationEncoder relation)
    {
        _messages.Clear();
        return relation.Captured;
    }

    private ValueTask SendAsync(string topic, CancellationToken cancellation) =>
        _messages.Count == 1 ? publisher.SendAsync(topic, _messages[0], Ticket, cancellation) : SendAllAsync(topic, cancellation);

    private async ValueTask SendAllAsync(string topic, CancellationToken cancellation)
    {
        foreach (var message in _messages)
        {
            await publisher.SendAsync(topic, message, Ticket, cancellation);
        }
    }

    private async ValueTask SendMarksAsync(TransactionTicket ticket, CancellationToken cancellation)
    {
        foreach (var mark in _messages)
        {
            await publisher.SendMarkAsync(settings.TransactionTopic, mark, ticket, cancellation);
        }
    }

    private TransactionTicket Ticket => _ticket ?? throw new FormatException("pgoutput sent a change outside a transaction");
}
